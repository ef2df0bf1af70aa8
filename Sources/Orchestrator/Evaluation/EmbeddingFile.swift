import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// Embedded clips with what is known about them, as `ossicle embed` writes them for `numpy.load`:
///
/// | array | shape | what |
/// | --- | --- | --- |
/// | `embeddings` | (n, dimension) float32 | mean over a clip's segments |
/// | `paths` | (n) | files, in the same order |
/// | `labels` | (n) int64 | indices into `classes`, −1 where there is none |
/// | `classes` | (classes) | names |
/// | `segments` | (m, dimension) float32 | every segment's own vector |
/// | `segment_clip` | (m) int64 | the clip it belongs to |
///
/// Clips that could not be decoded are left out.
public struct EmbeddingFile: Sendable, Equatable {
    public let dimension: Int
    /// (clips, dimension).
    public private(set) var embeddings: [Float] = []
    public private(set) var paths: [String] = []
    public private(set) var labels: [Int64] = []
    public let classes: [String]
    /// (segments, dimension).
    public private(set) var segments: [Float] = []
    public private(set) var segmentClips: [Int64] = []

    /// Clips that could not be decoded, or not to their end: how many, and the first of them.
    public private(set) var warnings: [String] = []

    /// - Parameter vectors: the segments of `clips`, in their order.
    package init(vectors: ClipVectors, clips: [Clip], classes: [String]) {
        precondition(vectors.clips == clips.count, "vectors of all clips")
        dimension = vectors.dimension
        self.classes = classes
        let means = vectors.means()
        for (index, clip) in clips.enumerated() where !vectors.rows(of: index).isEmpty {
            let rows = vectors.rows(of: index)
            segmentClips += [Int64](repeating: Int64(paths.count), count: rows.count)
            segments += vectors.values[rows.lowerBound * dimension..<rows.upperBound * dimension]
            embeddings += means[index * dimension..<(index + 1) * dimension]
            paths.append(clip.path)
            labels.append(Int64(clip.label ?? -1))
        }
    }

    /// Embeds a data set, labelled or not.
    ///
    /// - Throws: ``EvaluationError/noViews`` if no clip could be decoded.
    public init(
        dataset: AudioDataset, encoder: any ViewEncoder, shortestTail: Double = ClipSegments.defaultShortestTail
    ) throws {
        // Each clip is needed once: nothing is worth keeping.
        let store = ClipStore(
            dataset: dataset, sampleRate: encoder.frontend.sampleRate, level: encoder.level, cacheMemoryMiB: 0)
        let vectors = try ClipEmbedder(encoder: encoder, shortestTail: shortestTail)
            .segmentVectors(clips: dataset.clips.count) { store.stream(of: $0) }
        guard vectors.rows > 0 else { throw EvaluationError.noViews }
        self.init(vectors: vectors, clips: dataset.clips, classes: dataset.classes)
        warnings = store.report.warnings
    }

    public func write(to path: String) throws(NumpyError) {
        let archive = try NumpyArchive(path)
        try archive.add(name: "embeddings", floats: embeddings, shape: [paths.count, dimension])
        try archive.add(name: "paths", strings: paths)
        try archive.add(name: "labels", ints: labels, shape: [labels.count])
        try archive.add(name: "classes", strings: classes)
        try archive.add(name: "segments", floats: segments, shape: [segmentClips.count, dimension])
        try archive.add(name: "segment_clip", ints: segmentClips, shape: [segmentClips.count])
        try archive.finish()
    }
}
