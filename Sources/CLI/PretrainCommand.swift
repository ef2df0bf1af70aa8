import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle pretrain`: train an encoder on recordings.
struct PretrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain", abstract: "Train an encoder on recordings.",
        discussion: """
            Writes checkpoint.safetensors, recipe.yaml, log.jsonl and report.json to the folder of --output. On SIGINT \
            (Ctrl-C) or SIGTERM the command writes a checkpoint and exits with code 130; a second signal ends it at \
            once. --resume continues the run, with the same result, bit for bit, as an uninterrupted run. It needs the \
            same data: files with the same paths in their folders, sizes, durations and labels. --resume \
            --allow-new-data goes on with other data from a new epoch on, and the result is not that of an \
            uninterrupted run. Only one process at a time can use an --output.
            """)

    @Argument(help: "The name of a recipe in Configs/ (cola, multi-strategy, clar, supervised, …), or a YAML file.")
    var recipe: String

    @Option(parsing: .upToNextOption, help: "Folders with recordings.")
    var data: [String]

    @Option(help: "The folder of the run.")
    var output: String

    @Option(
        parsing: .upToNextOption,
        help: """
            Labelled folders. A linear probe evaluates the encoder on them every training.evaluation_epochs epochs and \
            at the end.
            """)
    var evaluate: [String] = []

    @Option(help: "Layout of the data: \(Layout.names). Default: detected from the folder.")
    var layout: Layout?

    @Option(help: "Sets training.epochs: the number of epochs.")
    var epochs: Int?

    @Option(help: "Sets training.steps: the number of steps, instead of epochs.")
    var steps: Int?

    @Option(help: "Sets training.batch_size: the number of clips per batch.")
    var batchSize: Int?

    @Option(help: "Sets data.label_share: the fraction of clips per class whose labels are used.")
    var labels: Double?

    @Option(
        help: """
            Sets encoder.start: a run, or a safetensors file with torchvision's tensor names, whose weights initialize \
            the encoder.
            """)
    var start: String?

    @Option(help: "Sets training.seed: the random seed.")
    var seed: UInt64?

    @Option(
        help: """
            Sets training.threads: the number of compute threads. 0: one per core. Results do not depend on this number.
            """)
    var threads: Int?

    @Option(help: "Sets data.cache_memory_mib: the memory for decoded audio, in MiB.")
    var cacheMemory: Int?

    @Flag(help: "Continue the run in --output.")
    var resume = false

    @Flag(help: "With --resume: go on even if the data is not that of the run.")
    var allowNewData = false

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a key of the recipe.", valueName: "key=value"))
    var changes: [String] = []

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func validate() throws {
        if allowNewData, !resume { throw ValidationError("--allow-new-data needs --resume") }
    }

    func run() throws {
        // Until the first step there is nothing to save. `TrainingPrinter.began` changes the response.
        Interruption.endAtSignals(
            saying: "ossicle: interrupted before the first step; "
                + (resume ? "the run in \(output) is unchanged" : "nothing was written"))
        let numbers: [(String, Int?)] = [
            ("training.epochs", epochs), ("training.steps", steps), ("training.batch_size", batchSize),
            ("training.threads", threads), ("data.cache_memory_mib", cacheMemory),
        ]
        var overrides = changes + numbers.compactMap { key, value in value.map { "\(key)=\($0)" } }
        if let labels { overrides.append("data.label_share=\(labels)") }
        if let start { overrides.append("encoder.start=\(start)") }
        if let seed { overrides.append("training.seed=\(seed)") }
        let recipe = try RecipeFile.load(recipe, overrides: overrides)
        let dataset = try AudioDataset.open(data, layout: layout)
        let printer = TrainingPrinter()
        for sentence in dataset.warnings { printer.warned(sentence) }
        let evaluationData = evaluate.isEmpty ? nil : try AudioDataset.open(evaluate)
        for sentence in evaluationData.map({ $0.warnings + $0.probeWarnings }) ?? [] { printer.warned(sentence) }
        let trainer = Trainer(
            recipe: recipe, dataset: dataset, output: output, threads: try Threads.chosen(recipe.training.threads),
            observer: printer, evaluationData: evaluationData)
        var report = try trainer.run(resume: resume, allowsNewData: allowNewData).report
        report.warnings = printer.warnings
        printer.close()
        if json { JSONReport.print(report) } else { printer.summarize(report, output: output) }
        if report.interrupted { throw ExitCode(Interruption.exitCode) }
    }
}

extension Layout: ExpressibleByArgument {
    static var names: String { allCases.map(\.rawValue).joined(separator: " · ") }
}

/// The number of compute threads: the requested number, or one per core.
enum Threads {
    /// - Throws: a usage error for more threads than a recipe can have.
    static func chosen(_ wanted: Int) throws -> Int {
        guard wanted <= 1024 else { throw ValidationError("--threads must be at most 1024, not \(wanted)") }
        return wanted > 0 ? wanted : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }
}
