import Foundation
import Orchestrator
import Testing

@Suite struct CollapseTests {
    static func measure(_ x: [Float], count: Int, dimension: Int) -> CollapseMeasures {
        CollapseMeasures(embeddings: x.span, count: count, dimension: dimension)
    }

    @Test func equal_singular_values_have_full_rank() {
        // The points are the eight unit vectors and their negatives. Their mean is 0, and all eight singular values are
        // sqrt(2).
        let dimension = 8
        var x = [Float](repeating: 0, count: 2 * dimension * dimension)
        for d in 0..<dimension {
            x[2 * d * dimension + d] = 1
            x[(2 * d + 1) * dimension + d] = -1
        }
        let measures = Self.measure(x, count: 16, dimension: dimension)
        #expect(abs(measures.effectiveRank - 8) < 1e-9)
        #expect(abs(measures.meanDeviation - 0.125.squareRoot()) < 1e-12)
        #expect(abs(measures.minimumDeviation - measures.meanDeviation) < 1e-12)
    }

    @Test func points_on_a_line_have_rank_one() {
        var stream = RandomStream(seed: 2, purpose: .test)
        let direction = (0..<20).map { Float($0 - 7) }
        // The coordinates are small integers, so that the points are exactly on a line. Only the rounding of the
        // eigenvalues remains. It adds 20 values of 1e-8 of the largest: 20·1e-8·ln(1e8) < 1e-5.
        let x = (0..<50).flatMap { _ in
            let place = Float(stream.index(below: 100))
            return direction.map { $0 * place + 3 }
        }
        let measures = Self.measure(x, count: 50, dimension: 20)
        #expect(abs(measures.effectiveRank - 1) < 1e-5)
        #expect(measures.minimumDeviation == 0)
    }

    @Test func two_directions_have_the_rank_of_their_entropy() {
        // The ratio of the singular values is 3 : 1, so that p = (0.75, 0.25).
        let x: [Float] = [3, 0, -3, 0, 0, 1, 0, -1]
        let expected = exp(-0.75 * log(0.75) - 0.25 * log(0.25))
        #expect(abs(Self.measure(x, count: 4, dimension: 2).effectiveRank - expected) < 1e-12)
    }

    @Test func rank_is_the_same_from_either_gram_matrix() {
        // 12 points of 5 dimensions. After padding with zeros to 20 dimensions, the other Gram matrix is decomposed.
        var stream = RandomStream(seed: 4, purpose: .test)
        let x = (0..<60).map { _ in stream.normal() }
        var padded = [Float](repeating: 0, count: 12 * 20)
        for row in 0..<12 {
            for d in 0..<5 { padded[row * 20 + d] = x[row * 5 + d] }
        }
        let narrow = Self.measure(x, count: 12, dimension: 5).effectiveRank
        let wide = Self.measure(padded, count: 12, dimension: 20).effectiveRank
        // The padded points have seven additional singular values of up to 1e-8 of the largest.
        #expect(abs(narrow - wide) < 1e-5)
    }

    @Test func collapse_to_one_point_measures_zero() {
        let measures = Self.measure([Float](repeating: 0.3, count: 30), count: 6, dimension: 5)
        #expect(measures == Self.measure([], count: 0, dimension: 5))
        #expect(measures.effectiveRank == 0)
    }
}
