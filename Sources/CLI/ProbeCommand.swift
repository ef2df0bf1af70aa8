import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe`: what an encoder's embeddings make readable.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Measure an encoder on labelled data.",
        subcommands: [ProbeClipCommand.self])
}

struct ProbeClipCommand: ParsableCommand {
    enum Baseline: String, ExpressibleByArgument, CaseIterable {
        case random
        case logmel
        case all
        case none
    }

    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "Classify whole clips by a linear layer on frozen embeddings.",
        discussion: """
            Trains one linear layer with cross-entropy (Adam, batches of 64, one random view a clip and step) and averages \
            the logits of a test clip's views. Divisions are the data set's own: ESC's folds, Speech Commands' and NSynth's \
            lists, two held-out speakers a fold for fsdd; otherwise a fifth of the clips, drawn by the seed. The interval \
            holds 95 % of 1,000 resamples of the test clips.
            RUN may be the word “random”: an encoder that has learned nothing.
            """)

    @Argument(help: "A run's folder, or “random”.")
    var subject: String

    @Option(parsing: .upToNextOption, help: "The labelled data.")
    var data: [String]

    @Option(help: "Layout of the data: \(Layout.names). Found by itself where the folder shows it.")
    var layout: Layout?

    @Option(help: "What to probe beside it: an untrained encoder, log-mel statistics, both (all) or none.")
    var baseline = Baseline.all

    @Flag(help: "Train the encoder too, instead of a layer on frozen embeddings; with “random”: supervised training.")
    var finetune = false

    @Option(help: "Epochs of the linear layer (100), or of fine-tuning (30).")
    var epochs: Int?

    @Option(help: "Draws crops, orders and resamples.")
    var seed: UInt64 = 0

    @Option(help: "Compute threads; 0 takes one a core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func validate() throws {
        if let epochs, epochs < 1 { throw ValidationError("--epochs takes 1 or more, not \(epochs)") }
    }

    func run() throws {
        let checkpoint = subject == "random" ? nil : try Checkpoint(subject)
        let dataset = try AudioDataset.open(data, layout: layout)
        if let sentence = dataset.warning { Self.tell("warning: \(sentence)") }
        var recipe = checkpoint?.recipe ?? Recipe()
        recipe.training.seed = seed
        let report = try finetune ? fineTune(recipe, checkpoint, dataset) : frozen(recipe, checkpoint, dataset)
        if json { JSONReport.print(report) } else { Self.show(report) }
    }

    private func fineTune(_ recipe: Recipe, _ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var probe = SupervisedProbe(recipe: recipe, start: checkpoint, threads: Threads.chosen(threads))
        probe.seed = seed
        if let epochs { probe.epochs = epochs }
        return try probe.run(dataset, report: Self.tell)
    }

    private func frozen(_ recipe: Recipe, _ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        let threads = Threads.chosen(threads)
        var encoders: [(name: String, encoder: any ViewEncoder)] = []
        if let checkpoint { encoders.append(("run", try checkpoint.encoder(threads: threads))) }
        if checkpoint == nil || baseline == .random || baseline == .all {
            encoders.append(("random", try EncoderProgram(recipe: recipe, threads: threads)))
        }
        var options = ClipProbeOptions()
        options.seed = seed
        options.includesLogMel = baseline == .logmel || baseline == .all
        if let epochs { options.probe.epochs = epochs }
        return try probeClips(dataset: dataset, encoders: encoders, options: options, report: Self.tell)
    }

    private static func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    private static func show(_ report: ProbeReport) {
        func score(_ value: Double, _ interval: Interval) -> String {
            String(format: "%.3f  [%.3f, %.3f]", value, interval.low, interval.high)
        }
        print("\(report.metric)      \(score(report.value, report.ci95))")
        for (name, baseline) in report.baselines.sorted(by: { $0.key < $1.key }) {
            print(name.padding(toLength: 14, withPad: " ", startingAt: 0) + score(baseline.value, baseline.ci95))
        }
        print(
            "\(report.classes.count) classes, \(report.trainingClips) clips to train, \(report.testClips) tested, "
                + "\(report.folds) \(report.folds == 1 ? "division" : "folds")")
    }
}
