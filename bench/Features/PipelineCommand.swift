import ArgumentParser
import Orchestrator

/// Measures the data pipeline without a trainer: decoding, cropping, feature extraction and batching at full speed.
struct PipelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "Measure the data pipeline: files to batches of views.")

    @Option(help: "A folder with recordings. The option can be repeated.") var data: [String]
    @Option(help: "The recipe (a name or a YAML file) of the front end and the augmentations.") var recipe = "cola"
    @Option(name: .customLong("set"), help: ArgumentHelp("Set a key of the recipe.", valueName: "key=value"))
    var changes: [String] = []
    @Option(help: "Number of clips per batch.") var batchSize = 64
    @Option(help: "Number of batches. The first epoch decodes the files; later epochs read the cache.") var batches = 50
    @OptionGroup var options: BenchOptions

    private struct Report: Encodable {
        var machine: MachineLine
        var clips: Int
        var workers: Int
        var batchesPerEpoch: Int
        /// Views per second of all batches, including the decoding, and of the faster half of the batches.
        var viewsPerSecond: Double
        var warmViewsPerSecond: Double
        /// Milliseconds of one loader thread per view in the faster half of the batches: front end and augmentations.
        var warmMillisecondsPerView: Double
    }

    func validate() throws {
        guard batchSize >= 1, batches >= 2 else {
            throw ValidationError("--batch-size must be 1 or more, and --batches 2 or more")
        }
    }

    func run() throws {
        let dataset = try AudioDataset.open(data)
        var recipe = try RecipeFile.load(recipe, overrides: changes)
        recipe.training.batchSize = min(batchSize, dataset.clips.count)
        recipe.data.workers = options.threads
        let store = ClipStore(dataset: dataset, recipe: recipe)
        let loader = try ViewLoader(
            store: store, recipe: recipe, clips: Array(dataset.clips.indices))
        defer { loader.stop() }
        var times: [Double] = []
        for _ in 0..<batches {
            var failure: (any Error)?
            let time = Timing.time {
                do { loader.recycle(try loader.next()) } catch { failure = error }
            }
            if let failure { throw failure }
            times.append(time)
        }
        let views = Double(recipe.viewsPerClip * recipe.training.batchSize)
        let fast = times.sorted().prefix(batches / 2)
        let warm = views * Double(fast.count) / fast.reduce(0, +)
        let report = Report(
            machine: MachineLine(threads: options.threads), clips: dataset.clips.count, workers: loader.workers,
            batchesPerEpoch: loader.batchesPerEpoch, viewsPerSecond: views * Double(batches) / times.reduce(0, +),
            warmViewsPerSecond: warm, warmMillisecondsPerView: 1000 * Double(loader.workers) / warm)
        if options.json { return try Output.json(report) }
        print(report.machine)
        print("\(report.clips) clips, \(report.workers) loader threads, \(report.batchesPerEpoch) batches per epoch")
        print("\(Output.number(report.viewsPerSecond)) views/s over all batches, ", terminator: "")
        print("\(Output.number(report.warmViewsPerSecond)) views/s in the faster half, ", terminator: "")
        print("\(Output.number(report.warmMillisecondsPerView, digits: 2)) ms of thread time per view")
    }
}
