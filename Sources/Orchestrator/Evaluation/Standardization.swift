/// x̂ = (x − μ) / σ per dimension, with the training rows' mean and deviation.
///
/// One learning rate serves every input only if inputs are of one scale, and an encoder's outputs (0.1 to 10), statistics
/// in nats and a random network's differ by orders. The map is affine, so that a linear layer behind it can express
/// just what one without it can.
struct Standardization: Sendable, Equatable {
    let means: [Float]
    /// 1/σ; 0 for a dimension that is constant in training, which hence says nothing at test time either.
    let scales: [Float]

    /// Over all rows of the given clips, in double precision.
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
            // What rounding alone leaves of a constant.
            return deviation > 1e-6 * abs(mean) && deviation > 1e-30 ? Float(1 / deviation) : 0
        }
    }

    /// Row `row` of `vectors`, standardised, to place `slot` of `batch` (…, dimension).
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
