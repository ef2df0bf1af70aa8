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
    public func vectors(clips count: Int, wanted: Set<Int>? = nil, samples: (Int) -> [Float]?) -> ClipVectors {
        var vectors = ClipVectors(dimension: dimension)
        for clip in 0..<count {
            if wanted?.contains(clip) ?? true, let clipSamples = samples(clip), !clipSamples.isEmpty {
                vectors.append(statistics(of: clipSamples))
            } else {
                vectors.append([])
            }
        }
        return vectors
    }

    /// Means, then deviations, of the bands. What is shorter than a window is filled up with zeros.
    func statistics(of samples: [Float]) -> [Float] {
        let bands = frontend.melBands
        let missing = max(frontend.windowSamples - samples.count, 0)
        let padded = missing == 0 ? samples : samples + [Float](repeating: 0, count: missing)
        let frames = logMel.frames(samples: padded.count)
        let spectrum = logMel.extract(padded)
        var means = [Double](repeating: 0, count: bands)
        for frame in 0..<frames {
            for band in 0..<bands { means[band] += Double(spectrum[frame * bands + band]) }
        }
        for band in 0..<bands { means[band] /= Double(frames) }
        var squares = [Double](repeating: 0, count: bands)
        for frame in 0..<frames {
            for band in 0..<bands {
                let difference = Double(spectrum[frame * bands + band]) - means[band]
                squares[band] += difference * difference
            }
        }
        return means.map(Float.init) + squares.map { Float(($0 / Double(frames)).squareRoot()) }
    }
}
