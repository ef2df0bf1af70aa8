import OssicleAudio
import OssicleData
import OssicleKernels
import OssicleModels

/// The embeddings of clips with their paths and labels, as `ossicle embed` writes them. `numpy.load` reads the file.
///
/// | array | shape | contents |
/// | --- | --- | --- |
/// | `embeddings` | (n, dimension) float32 | the mean over the segments of each clip |
/// | `paths` | (n) | the file of each clip |
/// | `labels` | (n) int64 | the index of each clip's class in `classes`, −1 for no label |
/// | `classes` | (classes) | the names of the classes |
/// | `segments` | (m, dimension) float32 | the vector of each segment |
/// | `segment_clip` | (m) int64 | the index of each segment's clip |
///
/// Clips that could not be decoded are left out.
public struct EmbeddingFile: Sendable, Equatable {
    /// The number of values of a vector.
    public let dimension: Int
    /// The mean vector of each clip, (clips, dimension).
    public private(set) var embeddings: [Float] = []
    /// The file of each clip.
    public private(set) var paths: [String] = []
    /// The index of each clip's class in ``classes``, −1 for no label.
    public private(set) var labels: [Int64] = []
    /// The names of the classes.
    public let classes: [String]
    /// The vector of each segment, (segments, dimension).
    public private(set) var segments: [Float] = []
    /// The index of each segment's clip.
    public private(set) var segmentClips: [Int64] = []

    /// Warnings about clips that could not be decoded, or not to their end: the number of clips, and the first of them.
    public private(set) var warnings: [String] = []

    /// - Parameter vectors: the vectors of the segments of `clips`, in the same order.
    package init(vectors: ClipVectors, clips: [Clip], classes: [String]) {
        precondition(vectors.clips == clips.count, "vectors of all clips")
        dimension = vectors.dimension
        self.classes = classes
        // The vectors have the rows of all clips, in order. A copy would double the memory.
        segments = vectors.values
        let means = vectors.means()
        for (index, clip) in clips.enumerated() where !vectors.rows(of: index).isEmpty {
            let rows = vectors.rows(of: index)
            segmentClips += [Int64](repeating: Int64(paths.count), count: rows.count)
            embeddings += means[index * dimension..<(index + 1) * dimension]
            paths.append(clip.path)
            labels.append(Int64(clip.label ?? -1))
        }
    }

    /// Embeds the clips of a data set, with or without labels.
    ///
    /// - Parameter shortestTail: see ``ClipSegments/shortestTail``.
    /// - Throws: ``EvaluationError/noneDecoded(clips:first:)`` if no clip could be decoded.
    public init(
        dataset: AudioDataset, encoder: any ViewEncoder, shortestTail: Double = ClipSegments.defaultShortestTail
    ) throws {
        // Each clip is used once, so keeping decoded clips in memory would have no benefit.
        let store = ClipStore(
            dataset: dataset, sampleRate: encoder.frontend.sampleRate, level: encoder.level, cacheMemoryMiB: 0)
        let vectors = try ClipEmbedder(encoder: encoder, shortestTail: shortestTail)
            .segmentVectors(clips: dataset.clips.count) { store.stream(of: $0) }
        guard vectors.rows > 0 else { throw store.report.nothingLeft }
        self.init(vectors: vectors, clips: dataset.clips, classes: dataset.classes)
        warnings = store.report.warnings
    }

    /// Writes the arrays as an `.npz` file, completely or not at all.
    /// - Throws: ``NumpyError/unwritable(path:reason:)``, also if the arrays need 4 GiB or more.
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
