extension Standardization {
    /// The largest magnitude of a standardised value, in deviations.
    static let clip: Float = 6

    /// (rows.count, dimension): rows of `vectors`, standardised and clipped to ±6 deviations. A value that lies farther is
    /// an outlying clip's or a dimension's that was all but constant in training, and must not decide a prediction alone.
    /// What is not finite becomes 0, the training mean.
    func clippedRows(_ rows: [Int], of vectors: ClipVectors) -> [Float] {
        let dimension = vectors.dimension
        var result = [Float](repeating: 0, count: rows.count * dimension)
        var target = result.mutableSpan
        let source = vectors.values.span
        let (means, scales) = (self.means.span, self.scales.span)
        for (slot, row) in rows.enumerated() {
            let (from, to) = (row * dimension, slot * dimension)
            for d in 0..<dimension {
                let value = (source[from + d] - means[d]) * scales[d]
                let clipped = min(max(value, -Self.clip), Self.clip)
                target[to + d] = value.isFinite ? clipped : 0
            }
        }
        return result
    }
}
