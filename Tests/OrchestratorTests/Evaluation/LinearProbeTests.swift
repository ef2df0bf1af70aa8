import Orchestrator
import Testing

@testable import OssicleEvaluation

@Suite struct LinearProbeTests {
    /// Makes `count` clips of one or two rows with normal noise around the center of their class. The centers are far
    /// apart, each on its own axis.
    static func blobs(count: Int, classes: Int, dimension: Int = 8, seed: UInt64 = 0) -> (ClipVectors, [Int]) {
        var vectors = ClipVectors(dimension: dimension)
        var labels: [Int] = []
        var stream = RandomStream(seed: seed, purpose: .test)
        for clip in 0..<count {
            let label = clip % classes
            labels.append(label)
            vectors.append(
                (0..<(1 + clip % 2) * dimension).map { ($0 % dimension == label ? 10 : 0) + 1000 + stream.normal() })
        }
        return (vectors, labels)
    }

    static var quick: LinearProbe.Options {
        var options = LinearProbe.Options()
        (options.epochs, options.minimumSteps, options.learningRate) = (60, 300, 0.01)
        return options
    }

    @Test func separates_blobs_that_are_separable() {
        let (vectors, labels) = Self.blobs(count: 120, classes: 3)
        let probe = LinearProbe(
            training: vectors, labels: labels, clips: Array(0..<80), classes: 3, options: Self.quick)
        #expect(probe.predictions(vectors, clips: Array(80..<120)) == Array(labels[80...]))
        #expect(probe.trainingLoss < 0.1)
    }

    @Test func is_at_chance_on_shuffled_labels() {
        let (vectors, ordered) = Self.blobs(count: 400, classes: 4)
        var labels = ordered
        var stream = RandomStream(seed: 9, purpose: .test)
        stream.shuffle(&labels)
        let test = Array(200..<400)
        let probe = LinearProbe(
            training: vectors, labels: labels, clips: Array(0..<200), classes: 4, options: Self.quick)
        let right = zip(test, probe.predictions(vectors, clips: test)).count { labels[$0] == $1 }
        // The count is binomial (200, 1/4) with the mean 50 and the standard deviation 6.1. The tolerance is four
        // standard deviations.
        #expect(abs(right - 50) <= 25)
    }

    @Test func gradient_is_that_of_finite_differences() {
        let (count, dimension, classes) = (5, 3, 4)
        var stream = RandomStream(seed: 1, purpose: .test)
        let x = (0..<count * dimension).map { _ in stream.normal() }
        let labels = (0..<count).map { $0 % classes }
        var model = SoftmaxRegression(dimension: dimension, classes: classes)
        for i in model.weights.indices { model.weights[i] = stream.normal() }
        for k in 0..<classes { model.bias[k] = stream.normal() }

        var z = [Float](repeating: 0, count: count * classes)
        model.logits(x, count: count, into: &z)
        _ = model.lossAndGradient(logits: &z, labels: labels)
        var (dWeights, dBias) = (model.weights, model.bias)
        model.gradients(z, x: x, count: count, weights: &dWeights, bias: &dBias)

        func loss(_ change: (inout SoftmaxRegression) -> Void) -> Double {
            var (changed, z) = (model, z)
            change(&changed)
            changed.logits(x, count: count, into: &z)
            return changed.lossAndGradient(logits: &z, labels: labels)
        }
        // The error of central differences with step h in single precision is
        // eps·|z|/h + h²·L'''/6 ≈ 6e-8·4/1e-2 + 2e-5.
        let (h, tolerance): (Float, Double) = (1e-2, 1e-4)
        for i in dWeights.indices {
            let slope = (loss { $0.weights[i] += h } - loss { $0.weights[i] -= h }) / Double(2 * h)
            #expect(abs(slope - Double(dWeights[i])) < tolerance)
        }
        for k in dBias.indices {
            let slope = (loss { $0.bias[k] += h } - loss { $0.bias[k] -= h }) / Double(2 * h)
            #expect(abs(slope - Double(dBias[k])) < tolerance)
        }
    }

    @Test func loss_of_huge_logits_is_finite() {
        let model = SoftmaxRegression(dimension: 1, classes: 2)
        var logits: [Float] = [1e4, -1e4]
        #expect(model.lossAndGradient(logits: &logits, labels: [1]) == 2e4)
        #expect(logits == [1, -1])
    }

    @Test func a_clip_scores_the_mean_of_its_rows_logits() {
        let (vectors, labels) = Self.blobs(count: 40, classes: 2)
        let probe = LinearProbe(
            training: vectors, labels: labels, clips: Array(0..<40), classes: 2, options: Self.quick)
        // Each of the two rows of clip 1 becomes a separate clip.
        var apart = ClipVectors(dimension: vectors.dimension)
        for row in vectors.rows(of: 1) { apart.append(vectors.values[row * 8..<(row + 1) * 8]) }
        let rows = probe.logits(apart, clips: [0, 1])
        let whole = probe.logits(vectors, clips: [1])
        for k in 0..<2 {
            // Two rounding errors: that of the sum of the two rows, and that of the matrix products, which can add
            // their terms in a different order.
            #expect(abs(whole[k] - (rows[k] + rows[2 + k]) / 2) <= 16 * Float.ulpOfOne * abs(rows[k]).magnitude)
        }
    }

    @Test func same_seed_gives_the_same_bits_and_another_seed_others() {
        let (vectors, labels) = Self.blobs(count: 90, classes: 3)
        let fit = { (seed: UInt64) in
            var options = Self.quick
            (options.epochs, options.minimumSteps, options.seed) = (3, 0, seed)
            return LinearProbe(
                training: vectors, labels: labels, clips: Array(0..<90), classes: 3, options: options)
        }
        #expect(fit(1) == fit(1))
        #expect(fit(1) != fit(2))
    }

    @Test func results_do_not_depend_on_the_scale_of_a_dimension() {
        let (vectors, labels) = Self.blobs(count: 60, classes: 3)
        var scaled = ClipVectors(dimension: 8)
        for clip in 0..<60 {
            // The scales are powers of two, so that the standardized values have the same bits.
            scaled.append(
                vectors.rows(of: clip).flatMap { row in
                    (0..<8).map {
                        vectors.values[row * 8 + $0] * Float(sign: .plus, exponent: $0 * 3 - 10, significand: 1)
                    }
                })
        }
        let fit = { (vectors: ClipVectors) in
            LinearProbe(
                training: vectors, labels: labels, clips: Array(0..<60), classes: 3, options: Self.quick
            ).logits(vectors, clips: Array(0..<60))
        }
        #expect(fit(vectors) == fit(scaled))
    }

    @Test func a_constant_dimension_is_ignored() {
        var vectors = ClipVectors(dimension: 2)
        for clip in 0..<8 { vectors.append([Float(clip % 2), 0.1]) }
        let standardization = Standardization(of: vectors, clips: Array(0..<8))
        #expect(standardization.scales == [2, 0])
    }

    @Test func mean_vectors_average_a_clips_rows() {
        var vectors = ClipVectors(dimension: 2)
        vectors.append([1, 2, 3, 6])
        vectors.append([5, 5])
        #expect(vectors.means() == [2, 4, 5, 5])
        #expect(vectors.offsets == [0, 2, 3])
    }
}
