/// Standardization of vectors: x̂ = (x − μ) / σ per dimension, with the mean and the standard deviation of the training
/// rows.
///
/// One learning rate is suitable for all inputs only if the inputs have the same scale. The scales of an encoder's
/// outputs (0.1 to 10), of statistics in nats and of a random network's outputs differ by orders of magnitude.
/// Standardization is an affine map, so a linear layer after it can express the same functions as a linear layer
/// without it.
struct Standardization: Sendable, Equatable {
    let means: [Float]
    /// 1/σ; 0 for a dimension that is constant in training. Such a dimension has no effect on predictions.
    let scales: [Float]

    /// Computes the statistics over all rows of the given clips, in double precision.
    init(of vectors: ClipVectors, clips: [Int]) {
        let dimension = vectors.dimension
        var sums = [Double](repeating: 0, count: dimension)
        var count = 0
        for clip in clips {
            for row in vectors.rows(of: clip) {
                for d in 0..<dimension { sums[d] += Double(vectors.values[row * dimension + d]) }
                count += 1
            }
        }
        let means = sums.map { $0 / Double(max(count, 1)) }
        var squares = [Double](repeating: 0, count: dimension)
        for clip in clips {
            for row in vectors.rows(of: clip) {
                for d in 0..<dimension {
                    let difference = Double(vectors.values[row * dimension + d]) - means[d]
                    squares[d] += difference * difference
                }
            }
        }
        self.means = means.map(Float.init)
        scales = zip(squares, means).map { square, mean in
            let deviation = (square / Double(max(count, 1))).squareRoot()
            // A smaller deviation is the rounding error of a constant dimension.
            return deviation > 1e-6 * abs(mean) && deviation > 1e-30 ? Float(1 / deviation) : 0
        }
    }

    /// Standardizes row `row` of `vectors`, and writes it to row `slot` of `batch`, (…, dimension).
    func write(row: Int, of vectors: ClipVectors, to batch: inout [Float], slot: Int) {
        let dimension = vectors.dimension
        let source = vectors.values.span
        let (means, scales) = (self.means.span, self.scales.span)
        var target = batch.mutableSpan
        for d in 0..<dimension {
            target[slot * dimension + d] = (source[row * dimension + d] - means[d]) * scales[d]
        }
    }
}
