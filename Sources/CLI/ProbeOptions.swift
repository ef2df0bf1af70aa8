import ArgumentParser
import Foundation
import Orchestrator

/// The options that all probes share.
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

    @Argument(help: "The folder of a run, or “random” for an untrained encoder.")
    var subject: String

    @Option(parsing: .upToNextOption, help: "Folders with labelled data.")
    var data: [String]

    @Option(help: "Baselines: random (an untrained encoder), logmel (log-mel statistics), all or none.")
    var baseline = Baseline.all

    @Option(
        help: """
            Source of the embedding: stages (the feature maps of middle layers, with the mel axis kept) or last (the \
            last feature map). Default: the value in the run's recipe.
            """)
    var embedding: Embedding.Kind?

    @Option(
        name: .customLong("protocol"),
        help: """
            logistic: logistic regression, solved to the optimum; the L2 penalty is chosen without the test part. \
            paper: a linear layer trained with Adam, as published.
            """)
    var method = Method.logistic

    @Option(help: "Random seed of the splits, crops, clip order and resamples.")
    var seed: UInt64 = 0

    @Option(help: "Number of compute threads. 0: one per core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    /// The checkpoint of the run, or nil for the word “random”.
    func checkpoint() throws -> Checkpoint? { subject == "random" ? nil : try Checkpoint(subject) }

    /// The name of the first encoder in printed reports.
    var subjectName: String { subject == "random" ? subject : "run" }

    /// The recipe of the run, or the default recipe.
    func recipe(of checkpoint: Checkpoint?) -> Recipe {
        var recipe = checkpoint?.recipe ?? Recipe()
        recipe.training.seed = seed
        return recipe
    }

    var includesRandom: Bool { baseline == .random || baseline == .all }
    var includesLogMel: Bool { baseline == .logmel || baseline == .all }

    /// The encoder of the run, followed by the untrained encoders if they are requested.
    func encoders(
        _ checkpoint: Checkpoint?, level: EncoderProgram.Level = .clip
    ) throws -> [(name: String, encoder: any ViewEncoder)] {
        try encoders(checkpoint, reading: reading(checkpoint), level: level)
    }

    func encoders(
        _ checkpoint: Checkpoint?, reading embedding: Embedding, level: EncoderProgram.Level = .clip
    ) throws -> [(name: String, encoder: any ViewEncoder)] {
        let threads = try Threads.chosen(threads)
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

    /// The embedding of the run's encoder, or of the default encoder.
    func reading(_ checkpoint: Checkpoint?) -> Embedding {
        checkpoint?.embedding(embedding) ?? Embedding(recipe: Recipe(), kind: embedding)
    }

    var clipOptions: ClipProbeOptions {
        get throws {
            var options = ClipProbeOptions()
            options.seed = seed
            options.threads = try Threads.chosen(threads)
            options.includesLogMel = includesLogMel
            if method == .paper { options.method = .paper(LinearProbe.Options()) }
            return options
        }
    }

    /// Opens the data, and prints its warnings.
    func dataset(layout: Layout?) throws -> (dataset: AudioDataset, warnings: [String]) {
        let dataset = try AudioDataset.open(data, layout: layout)
        let warnings = dataset.warnings + dataset.probeWarnings
        for sentence in warnings { Self.tell("warning: \(sentence)") }
        return (dataset, warnings)
    }

    static func tell(_ line: String) { StandardError.write(line.shown.shortened + "\n") }

    /// A score with its interval and the number of test clips, as text.
    static func text(_ score: some ReportedScore) -> String { "\(interval(score))  n = \(score.clips)" }

    static func interval(_ score: some ReportedScore) -> String {
        let ci95 = score.ci95.map { String(format: "%.3f, %.3f", $0.low, $0.high) } ?? "undefined"
        return "\(number(score.reported))  [\(ci95)]"
    }

    /// A measure with three decimals.
    static func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "undefined" }

    /// Prints the score of a baseline and the lead of the encoder over it.
    static func show<Score: ReportedScore>(_ name: String, _ score: Score, lead: Score?, variant: String?) {
        let ahead = lead.map { "; ahead by " + interval($0) } ?? ""
        print(padded(name) + text(score) + ahead + (variant.map { "; \($0)" } ?? ""))
    }

    static func padded(_ name: String) -> String { name.padding(toLength: 16, withPad: " ", startingAt: 0) }
}

extension Embedding.Kind: ExpressibleByArgument {}

/// A score of a report. Its value or its interval can be undefined.
protocol ReportedScore {
    var reported: Double? { get }
    var ci95: Interval? { get }
    var clips: Int { get }
}

extension ProbeScore: ReportedScore {
    var reported: Double? { value }
}

extension EventScore: ReportedScore {
    var reported: Double? { value }
}
