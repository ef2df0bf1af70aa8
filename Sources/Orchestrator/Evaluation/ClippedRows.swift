extension Standardization {
    /// The largest magnitude of a standardized value, in standard deviations.
    static let clip: Float = 6

    /// Rows of `vectors`, standardized and clipped to ±6 standard deviations, (rows.count, dimension). A larger value
    /// belongs to an outlier, or to a dimension that was almost constant in training. Clipping prevents that one such
    /// value determines a prediction. Values that are not finite become 0, which is the training mean.
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
