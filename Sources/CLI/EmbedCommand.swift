import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle embed`: recordings in, NumPy vectors out.
struct EmbedCommand: ParsableCommand {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case clip
    }

    static let configuration = CommandConfiguration(
        commandName: "embed", abstract: "Embed recordings with a trained encoder.",
        discussion: """
            The .npz file holds embeddings (clips, 1280), paths, labels (−1: none), classes, and every view's own vector: \
            segments (views, 1280) with segment_clip.
            """)

    @Argument(help: ArgumentHelp("A run’s folder, or a checkpoint file.", valueName: "run"))
    var subject: String

    @Argument(help: "Audio files or folders.")
    var inputs: [String]

    @Option(help: "The file to write, FILE.npz.")
    var output: String

    @Option(help: "One vector a clip, the mean of its views.")
    var level = Level.clip

    @Option(help: "Layout of the input. Found by itself where the folder shows it.")
    var layout: Layout?

    @Option(help: "Compute threads; 0 takes one a core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func validate() throws {
        if !output.hasSuffix(".npz") { throw ValidationError("--output takes a file that ends in .npz, not \(output)") }
    }

    private struct Report: Encodable {
        let output: String
        let clips: Int
        let segments: Int
        let dimension: Int
        let skipped: Int
        let seconds: Double
    }

    func run() throws {
        let started = ProcessInfo.processInfo.systemUptime
        let checkpoint = try Checkpoint(subject)
        let dataset = try AudioDataset.open(inputs, layout: layout)
        if let sentence = dataset.warning { FileHandle.standardError.write(Data("warning: \(sentence)\n".utf8)) }
        let file = try EmbeddingFile(
            dataset: dataset, encoder: try checkpoint.encoder(threads: Threads.chosen(threads)))
        try file.write(to: output)
        let report = Report(
            output: output, clips: file.paths.count, segments: file.segmentClips.count, dimension: file.dimension,
            skipped: dataset.skipped.count, seconds: ProcessInfo.processInfo.systemUptime - started)
        if json {
            JSONReport.print(report)
        } else {
            print("\(output): \(report.clips) clips, \(report.segments) views, \(report.dimension) dimensions")
        }
    }
}
