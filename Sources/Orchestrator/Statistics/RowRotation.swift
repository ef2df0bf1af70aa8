/// Rows of many columns in the coordinates of the space that they span: x = Z·V, with Z (count, rank) and V (rank,
/// dimension) whose rows are orthonormal.
///
/// A linear model on x with an L2 penalty has its optimum in that space, W = W′·V with |W| = |W′|, so that the smaller
/// problem on Z has the same solution. With x·xᵀ = U·Λ·Uᵀ, Z = U·Λ^½ and V = Λ^−½·Uᵀ·x, which is never built.
struct RowRotation: Sendable {
    let dimension: Int
    let rank: Int
    /// Z.
    let rotated: [Float]
    private let x: [Float]
    private let count: Int
    /// U·Λ^−½, (count, rank).
    private let inverse: [Float]

    /// nil where values are not finite.
    init?(_ x: [Float], count: Int, dimension: Int) {
        guard let (values, vectors) = LinearAlgebra.rowEigenvectors(of: x, rows: count, columns: dimension) else {
            return nil
        }
        // Smaller ones are what rounding leaves of zero: eps·count of the largest.
        let floor = 1e-13 * Double(max(count, 1)) * (values.first ?? 0)
        let rank = values.prefix { $0 > floor && $0 > 0 }.count
        var rotated = [Float](repeating: 0, count: count * rank)
        var inverse = rotated
        for i in 0..<rank {
            let root = values[i].squareRoot()
            for row in 0..<count {
                rotated[row * rank + i] = Float(vectors[i * count + row] * root)
                inverse[row * rank + i] = Float(vectors[i * count + row] / root)
            }
        }
        self.x = x
        self.count = count
        self.dimension = dimension
        self.rank = rank
        self.rotated = rotated
        self.inverse = inverse
    }

    /// W = (W′·Λ^−½·Uᵀ)·x, (classes, dimension), of W′ (classes, rank).
    func weights(fromRotated weights: [Float], classes: Int) -> [Float] {
        var (rows, result) = (
            [Float](repeating: 0, count: classes * count), [Float](repeating: 0, count: classes * dimension)
        )
        guard rank > 0 else { return result }
        // (count, classes) = (U·Λ^−½)·W′ᵀ, and of it the transposed times x.
        LinearAlgebra.multiplyTransposed(inverse, weights, into: &rows, m: count, n: classes, k: rank)
        LinearAlgebra.transposedMultiply(rows, x, into: &result, m: classes, n: dimension, k: count)
        return result
    }
}
