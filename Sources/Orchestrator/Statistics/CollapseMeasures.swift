import Foundation

/// Measures of the variation of embeddings, which show a collapse.
///
/// If a contrastive run collapses, the encoder maps all views to one point (deviations near 0) or to a few directions
/// (effective rank near 1).
///
/// deviation_d = sqrt((1/B) Σ_b (x_bd − mean_d)²)
///
/// effective rank = exp(−Σ_i p_i ln p_i), p_i = σ_i / Σ_j σ_j
///
/// σ are the singular values of the centered (B, D) matrix of embeddings. The effective rank is between 1 (all rows lie
/// on a line) and min(B − 1, D) (the variance is the same in all directions). It is 0 if all rows are equal.
///
/// *Reference:* Roy, Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007.
package struct CollapseMeasures: Sendable, Codable, Equatable {
    /// The mean of the deviations of all dimensions, in the unit of the embeddings.
    package let meanDeviation: Double
    /// The smallest deviation of a dimension, in the unit of the embeddings.
    package let minimumDeviation: Double
    package let effectiveRank: Double

    enum CodingKeys: String, CodingKey {
        case meanDeviation = "mean_deviation"
        case minimumDeviation = "minimum_deviation"
        case effectiveRank = "effective_rank"
    }

    /// Computes the measures.
    ///
    /// The computation solves a symmetric eigenvalue problem of the order min(count, dimension), which is slow for a
    /// large matrix. A few hundred rows are sufficient.
    ///
    /// - Parameter embeddings: (count, dimension).
    package init(embeddings: Span<Float>, count: Int, dimension: Int) {
        precondition(embeddings.count >= count * dimension, "the matrix holds as many values as named")
        guard count > 0, dimension > 0 else {
            (meanDeviation, minimumDeviation, effectiveRank) = (0, 0, 0)
            return
        }
        var means = [Double](repeating: 0, count: dimension)
        for row in 0..<count {
            for d in 0..<dimension { means[d] += Double(embeddings[row * dimension + d]) }
        }
        for d in 0..<dimension { means[d] /= Double(count) }
        var centred = [Double](repeating: 0, count: count * dimension)
        var squares = [Double](repeating: 0, count: dimension)
        for row in 0..<count {
            for d in 0..<dimension {
                let difference = Double(embeddings[row * dimension + d]) - means[d]
                centred[row * dimension + d] = difference
                squares[d] += difference * difference
            }
        }
        let deviations = squares.map { ($0 / Double(count)).squareRoot() }
        meanDeviation = deviations.reduce(0, +) / Double(dimension)
        minimumDeviation = deviations.min() ?? 0
        effectiveRank = Self.effectiveRank(
            singularValues: LinearAlgebra.singularValues(centred, rows: count, columns: dimension))
    }

    static func effectiveRank(singularValues: [Double]) -> Double {
        let sum = singularValues.reduce(0, +)
        guard sum > 0 else { return 0 }
        let entropy = singularValues.reduce(0.0) { entropy, value in
            let p = value / sum
            return p > 0 ? entropy - p * log(p) : entropy
        }
        return exp(entropy)
    }
}
