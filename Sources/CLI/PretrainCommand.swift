import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle pretrain`: a folder of recordings in, an encoder out.
struct PretrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain", abstract: "Train an encoder on recordings.",
        discussion: """
            RUN is a folder: checkpoint.safetensors, recipe.yaml, log.jsonl and report.json. SIGINT and SIGTERM write a \
            checkpoint and exit with 130; --resume goes on to the same bits as if nothing had happened.
            """)

    @Argument(help: "A recipe's name in Configs/ (cola, multi-strategy, clar, supervised, …), or a YAML file.")
    var recipe: String

    @Option(parsing: .upToNextOption, help: "Folders of audio.")
    var data: [String]

    @Option(help: "The run's folder.")
    var output: String

    @Option(
        parsing: .upToNextOption,
        help: "Labelled folders to probe the encoder on every training.evaluation_epochs, and at the end.")
    var evaluate: [String] = []

    @Option(help: "Layout of the data: \(Layout.names). Found by itself where the folder shows it.")
    var layout: Layout?

    @Option(help: "training.epochs")
    var epochs: Int?

    @Option(help: "training.steps: ends the run after this many steps.")
    var steps: Int?

    @Option(help: "training.batch_size: clips in a batch.")
    var batchSize: Int?

    @Option(help: "data.label_share: part of each class's clips whose labels are used.")
    var labels: Double?

    @Option(help: "encoder.start: a run, or a safetensors file with torchvision's names, whose encoder to begin with.")
    var start: String?

    @Option(help: "training.seed")
    var seed: UInt64?

    @Option(help: "training.threads: compute threads; 0 takes one a core. Results do not depend on it.")
    var threads: Int?

    @Option(help: "data.cache_memory_mib: MiB of decoded audio to keep in memory.")
    var cacheMemory: Int?

    @Flag(help: "Go on with the run in --output.")
    var resume = false

    @Option(name: .customLong("set"), help: ArgumentHelp("Change any key of the recipe.", valueName: "key=value"))
    var changes: [String] = []

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() throws {
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
        if let sentence = dataset.warning { printer.warned(sentence) }
        Interruption.watch()
        let trainer = Trainer(
            recipe: recipe, dataset: dataset, output: output, threads: Threads.chosen(recipe.training.threads),
            observer: printer, evaluationData: evaluate.isEmpty ? nil : try AudioDataset.open(evaluate))
        let report = try trainer.run(resume: resume).report
        printer.close()
        if json { JSONReport.print(report) } else { printer.summarize(report, output: output) }
        if report.interrupted { throw ExitCode(130) }
    }
}

extension Layout: ExpressibleByArgument {
    static var names: String { allCases.map(\.rawValue).joined(separator: " · ") }
}

/// Compute threads: what is asked for, or one a core.
enum Threads {
    static func chosen(_ wanted: Int) -> Int {
        wanted > 0 ? wanted : max(1, ProcessInfo.processInfo.activeProcessorCount)
    }
}
