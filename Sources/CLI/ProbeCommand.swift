import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe`: what an encoder's embeddings make readable.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Measure an encoder on labelled data.",
        subcommands: [ProbeClipCommand.self, ProbeEventsCommand.self, ProbePitchCommand.self])
}

/// What every probe is asked for.
struct ProbeOptions: ParsableArguments {
    enum Baseline: String, ExpressibleByArgument, CaseIterable {
        case random
        case logmel
        case all
        case none
    }

    @Argument(help: "A run's folder, or “random”.")
    var subject: String

    @Option(parsing: .upToNextOption, help: "The labelled data.")
    var data: [String]

    @Option(help: "What to probe beside it: an untrained encoder, log-mel statistics, both (all) or none.")
    var baseline = Baseline.all

    @Option(help: "Draws crops, orders and resamples.")
    var seed: UInt64 = 0

    @Option(help: "Compute threads; 0 takes one a core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    /// nil for the word “random”.
    func checkpoint() throws -> Checkpoint? { subject == "random" ? nil : try Checkpoint(subject) }

    /// Of the run, or the defaults.
    func recipe(of checkpoint: Checkpoint?) -> Recipe {
        var recipe = checkpoint?.recipe ?? Recipe()
        recipe.training.seed = seed
        return recipe
    }

    var includesRandom: Bool { baseline == .random || baseline == .all }
    var includesLogMel: Bool { baseline == .logmel || baseline == .all }

    /// The run's encoder first, and the untrained one where it is asked for.
    func encoders(
        _ checkpoint: Checkpoint?, level: EncoderProgram.Level = .clip
    ) throws -> [(name: String, encoder: any ViewEncoder)] {
        let threads = Threads.chosen(threads)
        var encoders: [(name: String, encoder: any ViewEncoder)] = []
        if let checkpoint { encoders.append(("run", try checkpoint.encoder(level: level, threads: threads))) }
        if checkpoint == nil || includesRandom {
            let recipe = recipe(of: checkpoint)
            encoders.append(("random", try EncoderProgram(recipe: recipe, level: level, threads: threads)))
        }
        return encoders
    }

    var clipOptions: ClipProbeOptions {
        var options = ClipProbeOptions()
        options.seed = seed
        options.includesLogMel = includesLogMel
        return options
    }

    func dataset(layout: Layout?) throws -> AudioDataset {
        let dataset = try AudioDataset.open(data, layout: layout)
        if let sentence = dataset.warning { Self.tell("warning: \(sentence)") }
        return dataset
    }

    static func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// A score with its interval, for people.
    static func text(_ score: ProbeScore) -> String {
        String(format: "%.3f  [%.3f, %.3f]", score.value, score.ci95.low, score.ci95.high)
    }

    static func padded(_ name: String) -> String { name.padding(toLength: 16, withPad: " ", startingAt: 0) }
}

struct ProbeClipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "Classify whole clips by a linear layer on frozen embeddings.",
        discussion: """
            Trains one linear layer with cross-entropy (Adam, batches of 64, one random view a clip and step) and averages \
            the logits of a test clip's views. Divisions are the data set's own: ESC's folds, Speech Commands' and NSynth's \
            lists, two held-out speakers a fold for fsdd; otherwise a fifth of the clips, drawn by the seed. The interval \
            holds 95 % of 1,000 resamples of the test clips.
            RUN may be the word “random”: an encoder that has learned nothing.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Layout of the data: \(Layout.names). Found by itself where the folder shows it.")
    var layout: Layout?

    @Flag(help: "Train the encoder too, instead of a layer on frozen embeddings; with “random”: supervised training.")
    var finetune = false

    @Option(
        help: ArgumentHelp(
            "Instead of a linear layer let this many nearest training clips vote (cosine), as in --neighbours 20.",
            valueName: "k"))
    var neighbours: Int?

    @Flag(help: "Judge on the last fold alone: the clips that data.hold_out=test keeps from training.")
    var heldOut = false

    @Option(help: "Epochs of the linear layer (100), or of fine-tuning (30).")
    var epochs: Int?

    func validate() throws {
        if let neighbours, neighbours < 1 {
            throw ValidationError("--neighbours takes 1 or more, not \(neighbours)")
        }
        if neighbours != nil, finetune || epochs != nil {
            throw ValidationError("--neighbours trains nothing: leave --finetune and --epochs out")
        }
        if let epochs, epochs < 1 { throw ValidationError("--epochs takes 1 or more, not \(epochs)") }
    }

    func run() throws {
        let checkpoint = try options.checkpoint()
        let dataset = try options.dataset(layout: layout)
        if let recipe = checkpoint?.recipe, recipe.usesLabels, !heldOut || recipe.data.holdOut == .none {
            ProbeOptions.tell(
                "warning: this run learned from labels, and a score on those clips says nothing; "
                    + "pretrain with data.hold_out=test and probe with --held-out to keep them apart")
        }
        let report = try finetune ? fineTune(checkpoint, dataset) : frozen(checkpoint, dataset)
        if options.json { JSONReport.print(report) } else { Self.show(report) }
    }

    private func fineTune(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var probe = SupervisedProbe(
            recipe: options.recipe(of: checkpoint), start: checkpoint, threads: Threads.chosen(options.threads))
        probe.seed = options.seed
        probe.heldOutOnly = heldOut
        if let epochs { probe.epochs = epochs }
        return try probe.run(dataset, report: ProbeOptions.tell)
    }

    private func frozen(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var clipOptions = options.clipOptions
        clipOptions.neighbours = neighbours
        clipOptions.heldOutOnly = heldOut
        if let epochs { clipOptions.probe.epochs = epochs }
        return try probeClips(
            dataset: dataset, encoders: try options.encoders(checkpoint), options: clipOptions,
            report: ProbeOptions.tell)
    }

    private static func show(_ report: ProbeReport) {
        let score = ProbeScore(value: report.value, ci95: report.ci95)
        print(ProbeOptions.padded(report.metric) + ProbeOptions.text(score))
        for (name, baseline) in report.baselines.sorted(by: { $0.key < $1.key }) {
            let lead = report.leads[name].map { "; ahead by " + ProbeOptions.text($0) } ?? ""
            print(ProbeOptions.padded(name) + ProbeOptions.text(baseline) + lead)
        }
        print(
            "\(report.classes.count) classes, \(report.trainingClips) clips to train, \(report.testClips) tested, "
                + "\(report.folds) \(report.folds == 1 ? "division" : "folds")")
    }
}
