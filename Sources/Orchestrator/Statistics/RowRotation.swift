/// A rotation that reduces the number of columns of a matrix with few rows.
///
/// x = Z·V, with Z (count, rank) and V (rank, dimension). The rows of V are an orthonormal basis of the space that the
/// rows of x span. The optimum of a linear model on x with an L2 penalty lies in this space: W = W′·V and |W| = |W′|.
/// The smaller problem on Z therefore has the same solution.
///
/// With x·xᵀ = U·Λ·Uᵀ, Z = U·Λ^½ and V = Λ^−½·Uᵀ·x. V is not computed explicitly.
struct RowRotation: Sendable {
    let dimension: Int
    let rank: Int
    /// Z, (count, rank).
    let rotated: [Float]
    private let x: [Float]
    private let count: Int
    /// U·Λ^−½, (count, rank).
    private let inverse: [Float]

    /// Returns nil if values are not finite.
    init?(_ x: [Float], count: Int, dimension: Int) {
        guard let (values, vectors) = LinearAlgebra.rowEigenvectors(of: x, rows: count, columns: dimension) else {
            return nil
        }
        // Smaller eigenvalues are rounding errors of 0. These have the order of eps·count times the largest eigenvalue.
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

    /// Returns W = (W′·Λ^−½·Uᵀ)·x, (classes, dimension), for W′ (classes, rank).
    func weights(fromRotated weights: [Float], classes: Int) -> [Float] {
        var (rows, result) = (
            [Float](repeating: 0, count: classes * count), [Float](repeating: 0, count: classes * dimension)
        )
        guard rank > 0 else { return result }
        // The first product is (U·Λ^−½)·W′ᵀ, (count, classes). The second product is its transpose times x.
        LinearAlgebra.multiplyTransposed(inverse, weights, into: &rows, m: count, n: classes, k: rank)
        LinearAlgebra.transposedMultiply(rows, x, into: &result, m: classes, n: dimension, k: count)
        return result
    }
}
