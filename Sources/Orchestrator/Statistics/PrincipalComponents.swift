/// The principal components of points: the directions in which the points have the largest variance.
///
///     X̄ = X − 1 μᵀ,   X̄ = U Σ Vᵀ,   coordinates = X̄ V = U Σ,   share_k = σ_k² / Σ_j σ_j²
///
/// The points do not determine the sign of a direction. Here, the coordinate with the largest magnitude is positive.
///
/// *Reference:* Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
package struct PrincipalComponents: Sendable, Equatable {
    /// The coordinates of the points, (points, components). The component with the largest share is the first one.
    package let coordinates: [Float]
    /// The share of each component in the variance. It is 0 if there is no variance.
    package let shares: [Double]

    /// Computes the components.
    ///
    /// - Parameters:
    ///   - points: (count, dimension).
    ///   - components: the number of components. Components beyond min(count, dimension) are 0.
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
                // The eigenvectors of the smaller Gram matrix are the columns of U (if count ≤ dimension) or of V.
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
