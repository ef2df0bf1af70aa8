import ArgumentParser
import Foundation
import Orchestrator

/// What every probe is asked for.
struct ProbeOptions: ParsableArguments {
    enum Baseline: String, ExpressibleByArgument, CaseIterable {
        case random
        case logmel
        case all
        case none
    }

    enum Method: String, ExpressibleByArgument, CaseIterable {
        case logistic
        case paper
    }

    @Argument(help: "A run's folder, or “random”: an encoder that has learned nothing.")
    var subject: String

    @Option(parsing: .upToNextOption, help: "The labelled data.")
    var data: [String]

    @Option(help: "What to probe beside it: an untrained encoder, log-mel statistics, both (all) or none.")
    var baseline = Baseline.all

    @Option(
        help: """
            What is read of the encoder: stages (its middle maps, with the mel axis kept) or last (its last map). The \
            run's own where it is not given.
            """)
    var embedding: Embedding.Kind?

    @Option(
        name: .customLong("protocol"),
        help: """
            logistic: logistic regression, solved to the optimum, its penalty chosen without the test part. paper: a \
            linear layer by Adam, as published.
            """)
    var method = Method.logistic

    @Option(help: "Draws inner folds, crops, orders and resamples.")
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

    /// The run's encoder first, and the untrained ones where they are asked for.
    func encoders(
        _ checkpoint: Checkpoint?, level: EncoderProgram.Level = .clip
    ) throws -> [(name: String, encoder: any ViewEncoder)] {
        try encoders(checkpoint, reading: reading(checkpoint), level: level)
    }

    func encoders(
        _ checkpoint: Checkpoint?, reading embedding: Embedding, level: EncoderProgram.Level = .clip
    ) throws -> [(name: String, encoder: any ViewEncoder)] {
        let threads = Threads.chosen(threads)
        var encoders: [(name: String, encoder: any ViewEncoder)] = []
        if let checkpoint {
            encoders.append(("run", try checkpoint.encoder(embedding: embedding, level: level, threads: threads)))
        }
        if checkpoint == nil || includesRandom {
            for normalization in UntrainedEncoder.Normalization.allCases {
                let encoder = try UntrainedEncoder(
                    recipe: recipe(of: checkpoint), embedding: embedding, level: level, normalization: normalization,
                    threads: threads)
                encoders.append(("random", encoder))
            }
        }
        return encoders
    }

    /// What is read of the run's encoder, or of the default one.
    func reading(_ checkpoint: Checkpoint?) -> Embedding {
        checkpoint?.embedding(embedding) ?? Embedding(recipe: Recipe(), kind: embedding)
    }

    var clipOptions: ClipProbeOptions {
        var options = ClipProbeOptions()
        options.seed = seed
        options.threads = Threads.chosen(threads)
        options.includesLogMel = includesLogMel
        if method == .paper { options.method = .paper(LinearProbe.Options()) }
        return options
    }

    func dataset(layout: Layout?) throws -> AudioDataset {
        let dataset = try AudioDataset.open(data, layout: layout)
        if let sentence = dataset.warning { Self.tell("warning: \(sentence)") }
        return dataset
    }

    static func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// A score with its interval and the number of test clips, for people.
    static func text(_ score: ProbeScore) -> String { "\(interval(score))  n = \(score.clips)" }

    static func interval(_ score: ProbeScore) -> String {
        String(format: "%.3f  [%.3f, %.3f]", score.value, score.ci95.low, score.ci95.high)
    }

    /// A baseline with what the subject is ahead of it by.
    static func show(_ name: String, _ score: ProbeScore, lead: ProbeScore?, variant: String?) {
        let ahead = lead.map { "; ahead by " + interval($0) } ?? ""
        print(padded(name) + text(score) + ahead + (variant.map { "; \($0)" } ?? ""))
    }

    static func padded(_ name: String) -> String { name.padding(toLength: 16, withPad: " ", startingAt: 0) }
}

extension Embedding.Kind: ExpressibleByArgument {}
