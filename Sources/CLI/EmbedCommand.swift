import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle embed`: compute embeddings of recordings and write them as NumPy arrays.
struct EmbedCommand: ParsableCommand {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case clip
        case frame
    }

    static let configuration = CommandConfiguration(
        commandName: "embed", abstract: "Compute embeddings of recordings with a trained encoder.",
        discussion: """
            The .npz file contains embeddings of shape (clips, dimension), paths, labels (−1: no label), classes, and \
            the embeddings of the single views: segments of shape (views, dimension), with the clip's index in \
            segment_clip. With --level frame it contains frames of shape (frames, dimension), with the clip's index in \
            frame_clip and the centre of each frame in frame_seconds. docs/embedding.md describes the values.
            --map plots the clips by the first two principal components of their embeddings, with one colour per \
            class.
            """)

    @Argument(help: ArgumentHelp("A run’s folder, or a checkpoint file.", valueName: "run"))
    var subject: String

    @Argument(help: "Audio files or folders.")
    var inputs: [String]

    @Option(help: "The file to write (.npz).")
    var output: String

    @Option(help: "clip: one embedding per clip, the mean over its views. frame: one embedding per frame.")
    var level = Level.clip

    @Option(help: "Hop length of --level frame in milliseconds. 0: the time stride of the finest layer that is read.")
    var hop = 0.0

    @Option(
        help: """
            Source of the embedding: stages (the feature maps of middle layers, with the mel axis kept) or last (the \
            last feature map). Default: the value in the run's recipe.
            """)
    var embedding: Embedding.Kind?

    @Option(
        help: ArgumentHelp("Plot the clips by their first two principal components.", valueName: "file.svg"))
    var map: String?

    @Option(help: "Layout of the input: \(Layout.names). Default: detected from the folder.")
    var layout: Layout?

    @Option(help: "Number of compute threads. 0: one per core.")
    var threads = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func validate() throws {
        if hop < 0 { throw ValidationError("--hop must be 0 or more milliseconds, not \(hop)") }
        if hop > 0, level == .clip { throw ValidationError("--hop needs --level frame") }
        if let map {
            if level == .frame { throw ValidationError("--map plots clips; remove --level frame") }
            if !map.hasSuffix(".svg") { throw ValidationError("--map must end in .svg, not “\(map)”") }
        }
        if !output.hasSuffix(".npz") { throw ValidationError("--output must end in .npz, not “\(output)”") }
    }

    private struct Report: Encodable {
        let output: String
        var clips: Int
        var segments: Int?
        var frames: Int?
        var dimension: Int
        /// Names of the feature maps that are read, or `last`.
        let embedding: [String]
        /// Shares of the variance that the two principal components explain; nil if all embeddings are equal.
        var mapShares: [Double?]?
        let skipped: Int
        /// Warnings about files that could not be used, or only in part.
        var warnings: [String] = []
        var seconds: Double
    }

    func run() throws {
        let started = ProcessInfo.processInfo.systemUptime
        let checkpoint = try Checkpoint(subject)
        let dataset = try AudioDataset.open(inputs, layout: layout)
        let embedding = checkpoint.embedding(embedding)
        var report = Report(
            output: output, clips: 0, dimension: 0,
            embedding: embedding.readNames,
            skipped: dataset.skipped.count, seconds: 0)
        func warn(_ sentences: [String]) {
            report.warnings += sentences
            for sentence in sentences { ProbeOptions.tell("warning: \(sentence)") }
        }
        warn(dataset.warnings)
        let threads = try Threads.chosen(threads)
        switch level {
        case .clip:
            let file = try EmbeddingFile(
                dataset: dataset, encoder: try checkpoint.encoder(embedding: embedding, threads: threads))
            if let map {
                let drawn = EmbeddingMap(file)
                try drawn.write(to: map, and: file, to: output)
                report.mapShares = drawn.shares.map { drawn.hasVariance ? $0 : nil }
            } else {
                try file.write(to: output)
            }
            (report.clips, report.dimension) = (file.paths.count, file.dimension)
            report.segments = file.segmentClips.count
            warn(file.warnings)
        case .frame:
            let file = try FrameEmbeddingFile(
                writing: output, dataset: dataset,
                encoder: try checkpoint.encoder(embedding: embedding, level: .frame, threads: threads),
                hopSeconds: hop == 0 ? nil : hop / 1000)
            (report.clips, report.dimension) = (file.paths.count, file.dimension)
            report.frames = file.frameClips.count
            warn(file.warnings)
        }
        report.seconds = ProcessInfo.processInfo.systemUptime - started
        if json {
            JSONReport.print(report)
        } else {
            let rows = report.frames.map { "\($0) frames" } ?? "\(report.segments ?? 0) views"
            print("\(output): \(report.clips) clips, \(rows), \(report.dimension) dimensions")
        }
    }
}
