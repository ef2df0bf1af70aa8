import OssicleAudio
import OssicleData
import OssicleKernels

/// Mean and standard deviation of every mel band over the whole clip, 128 values for 64 bands: what a probe can do
/// without any encoder.
public struct LogMelStatistics {
    public let frontend: LogMelConfiguration
    private let logMel: LogMel

    public var dimension: Int { 2 * frontend.melBands }

    public init(frontend: LogMelConfiguration) throws(FeatureError) {
        self.frontend = frontend
        logMel = try LogMel(frontend)
    }

    /// One vector a clip; none where a clip has no samples. Clips come as for ``ClipEmbedder``.
    package func vectors(clips count: Int, wanted: Set<Int>? = nil, open: (Int) -> ClipStream?) -> ClipVectors {
        var vectors = ClipVectors(dimension: dimension)
        for clip in 0..<count {
            if wanted?.contains(clip) ?? true, let stream = open(clip), stream.count > 0 {
                vectors.append(statistics(of: stream) ?? [])
            } else {
                vectors.append([])
            }
        }
        return vectors
    }

    /// Front-end frames that are taken at a time.
    private static let blockFrames = 1000

    /// Means, then deviations, of the bands; nil where the clip can no longer be read. What is shorter than a window is
    /// filled up with zeros.
    func statistics(of stream: consuming ClipStream) -> [Float]? {
        let bands = frontend.melBands
        let frames = logMel.frames(samples: max(stream.count, frontend.windowSamples))
        var cutter = ViewStream(stream)
        // Of the distance from the first frame, which is near the mean: their squares do not cancel.
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
