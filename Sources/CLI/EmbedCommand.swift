import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle embed`: recordings in, NumPy vectors out.
struct EmbedCommand: ParsableCommand {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case clip
        case frame
    }

    static let configuration = CommandConfiguration(
        commandName: "embed", abstract: "Embed recordings with a trained encoder.",
        discussion: """
            The .npz file holds embeddings (clips, dimension), paths, labels (−1: none), classes, and every view's own \
            vector: segments (views, dimension) with segment_clip. With --level frame: frames (frames, dimension), with \
            frame_clip and frame_seconds, the middle of each. The dimension and what the values are read from: \
            docs/embedding.md.
            --map draws the clips in the plane in which their embeddings differ most, a colour a class.
            """)

    @Argument(help: ArgumentHelp("A run’s folder, or a checkpoint file.", valueName: "run"))
    var subject: String

    @Argument(help: "Audio files or folders.")
    var inputs: [String]

    @Option(help: "The file to write, FILE.npz.")
    var output: String

    @Option(help: "One vector a clip, the mean of its views, or one a frame.")
    var level = Level.clip

    @Option(help: "Milliseconds from one frame to the next; 0: those of the finest map that is read.")
    var hop = 0.0

    @Option(
        help: """
            What is read of the encoder: stages (its middle maps, with the mel axis kept) or last (its last map). The \
            run's own where it is not given.
            """)
    var embedding: Embedding.Kind?

    @Option(help: ArgumentHelp("A picture of the clips by their two principal components.", valueName: "file.svg"))
    var map: String?

    @Option(help: "Layout of the input. Found by itself where the folder shows it.")
    var layout: Layout?

    @Option(help: "Compute threads; 0 takes one a core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func validate() throws {
        if hop < 0 { throw ValidationError("--hop takes milliseconds from 0, not \(hop)") }
        if hop > 0, level == .clip { throw ValidationError("--hop goes with --level frame") }
        if let map {
            if level == .frame { throw ValidationError("--map draws clips: leave --level frame out") }
            if !map.hasSuffix(".svg") { throw ValidationError("--map takes a file that ends in .svg, not \(map)") }
        }
        if !output.hasSuffix(".npz") { throw ValidationError("--output takes a file that ends in .npz, not \(output)") }
    }

    private struct Report: Encodable {
        let output: String
        var clips: Int
        var segments: Int?
        var frames: Int?
        var dimension: Int
        /// The maps that are read, or `last`.
        let embedding: [String]
        /// Of the variance, what the two axes of the map show.
        var mapShares: [Double]?
        let skipped: Int
        /// Clips that could not be decoded, or not to their end.
        var warnings: [String] = []
        var seconds: Double
    }

    func run() throws {
        let started = ProcessInfo.processInfo.systemUptime
        let checkpoint = try Checkpoint(subject)
        let dataset = try AudioDataset.open(inputs, layout: layout)
        if let sentence = dataset.warning { ProbeOptions.tell("warning: \(sentence)") }
        let embedding = checkpoint.embedding(embedding)
        var report = Report(
            output: output, clips: 0, dimension: 0,
            embedding: embedding.readNames,
            skipped: dataset.skipped.count, seconds: 0)
        let threads = Threads.chosen(threads)
        switch level {
        case .clip:
            let file = try EmbeddingFile(
                dataset: dataset, encoder: try checkpoint.encoder(embedding: embedding, threads: threads))
            try file.write(to: output)
            (report.clips, report.dimension) = (file.paths.count, file.dimension)
            report.segments = file.segmentClips.count
            report.warnings = file.warnings
            if let map {
                let drawn = EmbeddingMap(file)
                try drawn.write(to: map)
                report.mapShares = drawn.shares
            }
        case .frame:
            let file = try FrameEmbeddingFile(
                dataset: dataset,
                encoder: try checkpoint.encoder(embedding: embedding, level: .frame, threads: threads),
                hopSeconds: hop == 0 ? nil : hop / 1000)
            try file.write(to: output)
            (report.clips, report.dimension) = (file.paths.count, file.dimension)
            report.frames = file.frameClips.count
            report.warnings = file.warnings
        }
        for warning in report.warnings { ProbeOptions.tell("warning: \(warning)") }
        report.seconds = ProcessInfo.processInfo.systemUptime - started
        if json {
            JSONReport.print(report)
        } else {
            let rows = report.frames.map { "\($0) frames" } ?? "\(report.segments ?? 0) views"
            print("\(output): \(report.clips) clips, \(rows), \(report.dimension) dimensions")
        }
    }
}
