import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// The embeddings of all frames of a data set, which `ossicle embed --level frame` writes to a file for `numpy.load`:
///
/// | array | shape | contents |
/// | --- | --- | --- |
/// | `frames` | (m, dimension) float32 | the vectors of all frames, one recording after the other |
/// | `frame_clip` | (m) int64 | the index of the frame's recording in `paths` |
/// | `frame_seconds` | (m) float32 | the time of the middle of the frame, from the start of the recording |
/// | `paths` | (n) | files, in the same order |
/// | `labels` | (n) int64 | indices into `classes`, −1 if there is no label |
/// | `classes` | (classes) | names |
///
/// Recordings that cannot be decoded are left out. The vectors are written while they are computed, so the memory does not depend on
/// the length of the recordings.
public struct FrameEmbeddingFile: Sendable {
    public let dimension: Int
    public let hopSeconds: Double
    /// As the arrays `frame_clip`, `frame_seconds`, `paths`, `labels` and `classes`.
    public private(set) var frameClips: [Int64] = []
    public private(set) var frameSeconds: [Float] = []
    public private(set) var paths: [String] = []
    public private(set) var labels: [Int64] = []
    public let classes: [String]
    /// See ``EmbeddingFile/warnings``.
    public private(set) var warnings: [String] = []

    /// Embeds a data set and writes the file.
    /// - Parameters:
    ///   - encoder: an encoder of frames (``EncoderProgram/Level/frame``).
    ///   - hopSeconds: the time from one frame to the next; nil: the time stride of the finest feature map that is read.
    /// - Throws: ``EvaluationError/hop(seconds:shortest:)`` if the hop is shorter than that of the front end,
    ///   ``EvaluationError/noneDecoded(clips:first:)`` if no recording can be decoded, ``NumpyError`` if the file cannot be written.
    public init(
        writing path: String, dataset: AudioDataset, encoder: any ViewEncoder, hopSeconds: Double? = nil
    ) throws {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: hopSeconds)
        dimension = encoder.dimension
        self.hopSeconds = embedder.hopSeconds
        classes = dataset.classes
        let archive = try NumpyArchive(path)
        var broken = 0
        try archive.add(name: "frames", columns: dimension) { append in
            broken = try embed(dataset, embedder, append)
        }
        guard broken == 0 else { throw EvaluationError.notFinite(clips: broken) }
        try archive.add(name: "frame_clip", ints: frameClips, shape: [frameClips.count])
        try archive.add(name: "frame_seconds", floats: frameSeconds, shape: [frameSeconds.count])
        try archive.add(name: "paths", strings: paths)
        try archive.add(name: "labels", ints: labels, shape: [labels.count])
        try archive.add(name: "classes", strings: classes)
        try archive.finish()
    }

    /// - Returns: the number of recordings with values that are not finite.
    private mutating func embed(
        _ dataset: AudioDataset, _ embedder: FrameEmbedder, _ append: ([Float]) throws -> Void
    ) throws -> Int {
        var broken: Set<Int> = []
        let encoder = embedder.encoder
        // Each recording is needed once, so the store keeps none.
        let store = ClipStore(
            dataset: dataset, sampleRate: encoder.frontend.sampleRate, level: encoder.level, cacheMemoryMiB: 0)
        for (index, clip) in dataset.clips.enumerated() {
            guard let recording = store.stream(of: index), recording.count > 0 else { continue }
            var count = 0
            _ = try embedder.forEachBlock(recording) { rows in
                try append(rows)
                if !rows.allSatisfy(\.isFinite) { broken.insert(index) }
                count += rows.count / dimension
            }
            // A recording that cannot be read to its end keeps the frames before that place, with a warning of the store.
            guard count > 0 else { continue }
            frameClips += [Int64](repeating: Int64(paths.count), count: count)
            frameSeconds += (0..<count).map { Float((Double($0) + 0.5) * embedder.hopSeconds) }
            paths.append(clip.path)
            labels.append(Int64(clip.label ?? -1))
        }
        warnings = store.report.warnings
        if frameClips.isEmpty, broken.isEmpty { throw store.report.nothingLeft }
        return broken.count
    }
}
