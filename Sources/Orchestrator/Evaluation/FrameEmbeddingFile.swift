import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// Recordings embedded frame by frame, as `ossicle embed --level frame` writes them for `numpy.load`:
///
/// | array | shape | what |
/// | --- | --- | --- |
/// | `frames` | (m, dimension) float32 | every frame's vector, recordings one after the other |
/// | `frame_clip` | (m) int64 | the recording it belongs to |
/// | `frame_seconds` | (m) float32 | the middle of the frame, from the recording's start |
/// | `paths` | (n) | files, in the same order |
/// | `labels` | (n) int64 | indices into `classes`, −1 where there is none |
/// | `classes` | (classes) | names |
///
/// Recordings that could not be decoded are left out.
public struct FrameEmbeddingFile: Sendable, Equatable {
    public let dimension: Int
    public let hopSeconds: Double
    /// (frames, dimension).
    public private(set) var frames: [Float] = []
    public private(set) var frameClips: [Int64] = []
    public private(set) var frameSeconds: [Float] = []
    public private(set) var paths: [String] = []
    public private(set) var labels: [Int64] = []
    public let classes: [String]
    /// As of ``EmbeddingFile/warnings``.
    public private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - encoder: of frames.
    ///   - hopSeconds: nil: that of the finest map that is read.
    /// - Throws: ``EvaluationError/hop(seconds:shortest:)``; ``EvaluationError/noViews`` if nothing could be decoded.
    public init(dataset: AudioDataset, encoder: any ViewEncoder, hopSeconds: Double? = nil) throws {
        let embedder = try FrameEmbedder(encoder: encoder, hopSeconds: hopSeconds)
        dimension = encoder.dimension
        self.hopSeconds = embedder.hopSeconds
        classes = dataset.classes
        // Each recording is needed once: nothing is worth keeping.
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
