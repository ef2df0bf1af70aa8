import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// The frame embeddings of recordings, as `ossicle embed --level frame` writes them. `numpy.load` reads the file.
///
/// | array | shape | contents |
/// | --- | --- | --- |
/// | `frames` | (m, dimension) float32 | the vector of each frame, recording by recording |
/// | `frame_clip` | (m) int64 | the index of each frame's recording |
/// | `frame_seconds` | (m) float32 | the middle of each frame, in seconds from the start of its recording |
/// | `paths` | (n) | the file of each recording |
/// | `labels` | (n) int64 | the index of each recording's class in `classes`, −1 for no label |
/// | `classes` | (classes) | the names of the classes |
///
/// Recordings that could not be decoded are left out.
public struct FrameEmbeddingFile: Sendable, Equatable {
    /// The number of values of a vector.
    public let dimension: Int
    /// The time from one frame to the next, in seconds.
    public let hopSeconds: Double
    /// The vector of each frame, (frames, dimension).
    public private(set) var frames: [Float] = []
    /// The index of each frame's recording.
    public private(set) var frameClips: [Int64] = []
    /// The middle of each frame, in seconds from the start of its recording.
    public private(set) var frameSeconds: [Float] = []
    /// The file of each recording.
    public private(set) var paths: [String] = []
    /// The index of each recording's class in ``classes``, −1 for no label.
    public private(set) var labels: [Int64] = []
    /// The names of the classes.
    public let classes: [String]
    /// Warnings about recordings that could not be decoded, as in ``EmbeddingFile/warnings``.
    public private(set) var warnings: [String] = []

    /// Embeds the recordings of a data set, with or without labels.
    ///
    /// - Parameters:
    ///   - encoder: an encoder of frames, which has ``ViewEncoder/frameMaps``.
    ///   - hopSeconds: the time from one frame to the next; nil: the time stride of the finest feature map that is
    ///     read.
    /// - Throws: ``EvaluationError/hop(seconds:shortest:)`` if the hop is too short; ``EvaluationError/noViews`` if
    ///   nothing could be decoded.
    public init(dataset: AudioDataset, encoder: any ViewEncoder, hopSeconds: Double? = nil) throws {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: hopSeconds)
        dimension = encoder.dimension
        self.hopSeconds = embedder.hopSeconds
        classes = dataset.classes
        // Each recording is used once, so keeping decoded recordings in memory would have no benefit.
        let store = ClipStore(
            dataset: dataset, sampleRate: encoder.frontend.sampleRate, level: encoder.level, cacheMemoryMiB: 0)
        for (index, clip) in dataset.clips.enumerated() {
            guard let recording = store.stream(of: index), recording.count > 0, let rows = embedder(recording) else {
                continue
            }
            let count = rows.count / dimension
            frames += rows
            frameClips += [Int64](repeating: Int64(paths.count), count: count)
            frameSeconds += (0..<count).map { Float((Double($0) + 0.5) * embedder.hopSeconds) }
            paths.append(clip.path)
            labels.append(Int64(clip.label ?? -1))
        }
        warnings = store.report.warnings
        guard !frameClips.isEmpty else { throw EvaluationError.noViews }
    }

    /// Writes the arrays as an `.npz` file, completely or not at all.
    /// - Throws: ``NumpyError/unwritable(path:reason:)``, also if the arrays need 4 GiB or more.
    public func write(to path: String) throws(NumpyError) {
        var archive = NumpyArchive()
        archive.add(name: "frames", floats: frames, shape: [frameClips.count, dimension])
        archive.add(name: "frame_clip", ints: frameClips, shape: [frameClips.count])
        archive.add(name: "frame_seconds", floats: frameSeconds, shape: [frameSeconds.count])
        archive.add(name: "paths", strings: paths)
        archive.add(name: "labels", ints: labels, shape: [labels.count])
        archive.add(name: "classes", strings: classes)
        try archive.write(to: path)
    }
}
