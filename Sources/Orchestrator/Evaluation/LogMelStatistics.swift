import OssicleAudio
import OssicleData
import OssicleKernels

/// A baseline for probes of clips: the mean and the standard deviation of each mel band over the whole clip, 128 values
/// for 64 bands. No neural network is used.
public struct LogMelStatistics {
    public let frontend: LogMelConfiguration
    private let logMel: LogMel

    public var dimension: Int { 2 * frontend.melBands }

    public init(frontend: LogMelConfiguration) throws(FeatureError) {
        self.frontend = frontend
        logMel = try LogMel(frontend)
    }

    /// Returns one vector per clip; none for a clip without samples. The clips are prepared as for `ClipEmbedder`.
    /// - Throws: ``EvaluationError/notFinite(clips:)`` if a value is not finite.
    package func vectors(
        clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?
    ) throws(EvaluationError) -> ClipVectors {
        var vectors = ClipVectors(dimension: dimension)
        for clip in 0..<count {
            if wanted?.contains(clip) ?? true, let stream = open(clip), stream.count > 0 {
                vectors.append(statistics(of: stream) ?? [])
            } else {
                vectors.append([])
            }
        }
        try vectors.expectNumbers()
        return vectors
    }

    /// The number of front-end frames that are computed at once.
    private static let blockFrames = 1000

    /// The means of all bands, and then their standard deviations; nil if the clip can no longer be read. A clip that
    /// is shorter than a window is padded with zeros.
    func statistics(of stream: consuming ClipStream) -> [Float]? {
        let bands = frontend.melBands
        let frames = logMel.frames(samples: max(stream.count, frontend.windowSamples))
        var cutter = ViewStream(stream)
        // The sums are over differences from the first frame. The first frame is near the mean, which avoids
        // cancellation.
        var origin: [Double] = []
        var sums = [Double](repeating: 0, count: bands)
        var squares = sums
        for first in stride(from: 0, to: frames, by: Self.blockFrames) {
            let count = min(Self.blockFrames, frames - first)
            var block = [Float](
                repeating: 0, count: (count - 1) * frontend.hopSamples + frontend.windowSamples)
            guard cutter.cut(at: first * frontend.hopSamples, into: &block) else { return nil }
            let spectrum = logMel.extract(block)
            if origin.isEmpty { origin = spectrum[..<bands].map(Double.init) }
            for frame in 0..<count {
                for band in 0..<bands {
                    let distance = Double(spectrum[frame * bands + band]) - origin[band]
                    sums[band] += distance
                    squares[band] += distance * distance
                }
            }
        }
        let means = sums.map { $0 / Double(frames) }
        let deviations = zip(squares, means).map { max(0, $0 / Double(frames) - $1 * $1).squareRoot() }
        return zip(origin, means).map { Float($0 + $1) } + deviations.map { Float($0) }
    }
}
