/// The directions in which points differ most.
///
///     X̄ = X − 1 μᵀ,   X̄ = U Σ Vᵀ,   coordinates = X̄ V = U Σ,   share_k = σ_k² / Σ_j σ_j²
///
/// A direction's sign is not determined by the points; here the coordinate farthest from 0 is positive.
///
/// *Reference:* Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
package struct PrincipalComponents: Sendable, Equatable {
    /// (points, components), the component with the largest share first.
    package let coordinates: [Float]
    /// Of the variance, a share a component; 0 where there is no variance.
    package let shares: [Double]

    /// - Parameters:
    ///   - points: (count, dimension).
    ///   - components: how many; those beyond min(count, dimension) are 0.
    package init(points: [Float], count: Int, dimension: Int, components: Int = 2) {
        precondition(points.count == count * dimension, "the matrix holds as many values as named")
        var centred = points.map(Double.init)
        for d in 0..<dimension {
            let mean = (0..<count).reduce(0.0) { $0 + centred[$1 * dimension + d] } / Double(max(count, 1))
            for row in 0..<count { centred[row * dimension + d] -= mean }
        }
        var coordinates = [Float](repeating: 0, count: count * components)
        var shares = [Double](repeating: 0, count: components)
        let (variances, vectors) = LinearAlgebra.eigenvectors(ofGramOf: centred, rows: count, columns: dimension)
        let total = variances.reduce(0) { $0 + max($1, 0) }
        for k in 0..<min(components, variances.count) where total > 0 {
            shares[k] = max(variances[k], 0) / total
            var own = [Double](repeating: 0, count: count)
            for row in 0..<count {
                // The smaller Gram matrix gives U or V.
                own[row] =
                    count <= dimension
                    ? vectors[k][row] * max(variances[k], 0).squareRoot()
                    : (0..<dimension).reduce(0.0) { $0 + centred[row * dimension + $1] * vectors[k][$1] }
            }
            let farthest = own.max { abs($0) < abs($1) } ?? 0
            for row in 0..<count { coordinates[row * components + k] = Float(farthest < 0 ? -own[row] : own[row]) }
        }
        self.coordinates = coordinates
        self.shares = shares
    }
}
