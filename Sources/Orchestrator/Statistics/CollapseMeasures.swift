import Foundation

/// Whether embeddings still differ: a contrastive run that collapses maps every view to one point (deviations near 0) or
/// onto a few directions (effective rank near 1).
///
/// deviation_d = sqrt((1/B) Σ_b (x_bd − mean_d)²)
///
/// effective rank = exp(−Σ_i p_i ln p_i), p_i = σ_i / Σ_j σ_j, σ the singular values of the centred (B, D) matrix; from
/// 1 (a line) to min(B − 1, D) (a sphere); 0 where every row is the same.
///
/// *Reference:* Roy, Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007.
package struct CollapseMeasures: Sendable, Codable, Equatable {
    /// Mean and smallest of the dimensions' deviations, in the embedding's own unit.
    package let meanDeviation: Double
    package let minimumDeviation: Double
    package let effectiveRank: Double

    enum CodingKeys: String, CodingKey {
        case meanDeviation = "mean_deviation"
        case minimumDeviation = "minimum_deviation"
        case effectiveRank = "effective_rank"
    }

    /// - Parameter embeddings: (count, dimension). The cost is that of a symmetric eigenproblem of the smaller of the
    ///   two, so a few hundred rows suffice.
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
