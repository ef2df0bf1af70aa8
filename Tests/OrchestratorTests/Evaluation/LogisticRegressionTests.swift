import Foundation
import Orchestrator
import Testing

@testable import OssicleStatistics

@Suite struct LogisticRegressionTests {
    struct Case: Decodable, Sendable {
        struct Solution: Decodable, Sendable {
            var penalty: Double
            var norm: Double
            var trainingLoss: Double
            var testLoss: Double
            var testAccuracy: Double
        }

        var name: String
        var number: Int
        var classes: Int
        var rows: Int
        var dimension: Int
        var separation: Float
        var solutions: [Solution]

        /// Returns the rows of part 0 (training) or 1 (test), which are those of logistic.py.
        func rows(part: Int) -> [Float] {
            var x = hashedValues(parameter: 5000 + 10 * number + part, count: rows * dimension, scale: 1)
            let centres = hashedValues(parameter: 5002 + 10 * number, count: classes * dimension, scale: separation)
            for i in x.indices { x[i] += centres[i / dimension % classes * dimension + i % dimension] }
            return x
        }

        var labels: [Int] { (0..<rows).map { $0 % classes } }

        func activity(part: Int) -> [Float] {
            let x = rows(part: part)
            let noise = hashedValues(parameter: 5003 + 10 * number + part, count: rows * classes, scale: 1)
            return noise.indices.map { x[$0 / classes * dimension + $0 % classes] + noise[$0] > 0.3 ? 1 : 0 }
        }
    }

    /// The contents of logistic.json, which logistic.py writes with scikit-learn.
    struct Golden: Decodable {
        var cases: [Case]
        var independent: Case
    }

    private func golden() throws -> Golden { try decodeFixture("logistic.json") }

    static var precise: LogisticRegression.Options {
        var options = LogisticRegression.Options()
        (options.gradientTolerance, options.maximumIterations) = (2e-7, 2000)
        return options
    }

    /// Compares a solution with that of scikit-learn.
    ///
    /// The error of a gradient g in single precision is about 6e-8, so that the optimizer can reach a tolerance of
    /// 2e-7. The curvature of the penalty is λ = 1/(C·n) ≥ 1/3000. Therefore the error of the weights is at most |g|/λ.
    /// The gradient of the training loss at the optimum is −λ·W, so that the error of the training loss is at most
    /// |W|·|g|. With |W| ≤ 20 and |g| ≤ 2e-7·√1000 this is 1e-4, and it is much less in practice.
    private func check(_ found: LogisticRegression, _ expected: Case.Solution, test: (loss: Double, accuracy: Double)) {
        #expect(abs(found.trainingLoss - expected.trainingLoss) <= 1e-4 * expected.trainingLoss)
        #expect(abs(test.loss - expected.testLoss) <= 1e-4 * expected.testLoss)
        #expect(abs(test.accuracy - expected.testAccuracy) <= 0.002)
        let norm = found.weights.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(norm - expected.norm) <= 1e-3 * expected.norm)
    }

    @Test func optimum_is_that_of_scikit_learn() throws {
        for golden in try golden().cases {
            let solutions = LogisticRegression.path(
                golden.rows(part: 0), count: golden.rows, dimension: golden.dimension,
                targets: .multinomial(labels: golden.labels, classes: golden.classes),
                penalties: golden.solutions.map(\.penalty), options: Self.precise)
            #expect(solutions.count == golden.solutions.count)
            for (found, expected) in zip(solutions, golden.solutions) {
                let logits = found.logits(golden.rows(part: 1), count: golden.rows)
                let targets = LogisticRegression.Targets.multinomial(labels: golden.labels, classes: golden.classes)
                let loss = LogisticRegression.loss(logits: logits, targets: targets) / Double(golden.rows)
                let hits = (0..<golden.rows).count {
                    let row = $0 * golden.classes..<($0 + 1) * golden.classes
                    return logits.span.extracting(row).indexOfLargest == golden.labels[$0]
                }
                check(found, expected, test: (loss, Double(hits) / Double(golden.rows)))
            }
        }
    }

    @Test func independent_optimum_is_scikit_learns_of_each_class() throws {
        let golden = try golden().independent
        let solutions = LogisticRegression.path(
            golden.rows(part: 0), count: golden.rows, dimension: golden.dimension,
            targets: .independent(activity: golden.activity(part: 0), classes: golden.classes),
            penalties: golden.solutions.map(\.penalty), options: Self.precise)
        let truth = golden.activity(part: 1)
        for (found, expected) in zip(solutions, golden.solutions) {
            let logits = found.logits(golden.rows(part: 1), count: golden.rows)
            let targets = LogisticRegression.Targets.independent(activity: truth, classes: golden.classes)
            let loss = LogisticRegression.loss(logits: logits, targets: targets) / Double(golden.rows)
            let hits = logits.indices.count { (logits[$0] > 0) == (truth[$0] > 0.5) }
            check(found, expected, test: (loss, Double(hits) / Double(logits.count)))
        }
    }

    /// Returns two small problems of three classes: targets and x of shape (7, 5).
    static func small() -> [(LogisticRegression.Targets, [Float])] {
        let x = hashedValues(parameter: 5101, count: 35, scale: 2)
        let activity = hashedValues(parameter: 5102, count: 21, scale: 1).map { $0 > 0 ? Float(1) : 0 }
        return [
            (.multinomial(labels: (0..<7).map { $0 % 3 }, classes: 3), x),
            (.independent(activity: activity, classes: 3), x),
        ]
    }

    @Test func minimization_that_is_cut_short_is_described_with_its_gradient() throws {
        for (targets, x) in Self.small() {
            var options = LogisticRegression.Options()
            let whole = LogisticRegression.path(
                x, count: 7, dimension: 5, targets: targets, penalties: [1], options: options)
            #expect(whole[0].shortfall == nil && whole[0].isFinite)
            options.maximumIterations = 1
            let short = LogisticRegression.path(
                x, count: 7, dimension: 5, targets: targets, penalties: [1], options: options)
            let text = try #require(short[0].shortfall)
            #expect(text.hasPrefix("it ended after 1 iterations with a largest gradient of "), "\(text)")
            #expect(text.contains("instead of 1.0e-05") && short[0].isFinite)
        }
    }

    @Test func loss_that_is_not_finite_is_a_shortfall() {
        let x: [Float] = [1, .infinity, -1, 2]
        let solutions = LogisticRegression.path(
            x, count: 4, dimension: 1, targets: .multinomial(labels: [0, 1, 0, 1], classes: 2), penalties: [1])
        #expect(!solutions[0].isFinite && solutions[0].shortfall?.contains("the loss is not finite") == true)
    }

    @Test func gradient_is_that_of_central_differences() {
        for (targets, x) in Self.small() {
            let problem = LogisticProblem(x, count: 7, dimension: 5, targets: targets, options: .init())
            let parameters = hashedValues(parameter: 5103, count: 18, scale: 1).map(Double.init)
            var (gradient, ignored) = (parameters, parameters)
            let objective = { (at: [Double]) in problem.value(at: at, penalty: 0.3, gradient: &ignored) }
            _ = problem.value(at: parameters, penalty: 0.3, gradient: &gradient)
            // The objective is about 5 and is computed in single precision. The error of the difference is
            // eps·5/h = 6e-8·5/1e-2 = 3e-5 plus h²·f‴/6 ≈ 2e-5.
            let h = 1e-2
            for i in parameters.indices {
                var (up, down) = (parameters, parameters)
                up[i] += h
                down[i] -= h
                #expect(abs((objective(up) - objective(down)) / (2 * h) - gradient[i]) < 1e-4)
            }
        }
    }

    @Test func optimum_has_a_gradient_below_the_tolerance() throws {
        for golden in try golden().cases {
            let solutions = LogisticRegression.path(
                golden.rows(part: 0), count: golden.rows, dimension: golden.dimension,
                targets: .multinomial(labels: golden.labels, classes: golden.classes), penalties: [1e-4, 1e-2, 1])
            for solution in solutions {
                #expect(solution.result.ending == .converged)
                #expect(solution.result.largestGradient <= LogisticRegression.Options().gradientTolerance)
            }
        }
    }

    @Test func loss_is_that_in_double_precision() {
        let z: [Float] = [-100, -87.5, -20, -3, -0.4, 0, 1e-3, 0.7, 5, 40, 90, 300]
        let targets: [Float] = [0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1]
        var exact = 0.0
        for (z, y) in zip(z, targets) {
            let z = Double(z)
            exact += max(z, 0) - Double(y) * z + log1p(exp(-abs(z)))
        }
        let loss = LogisticRegression.loss(logits: z, targets: .independent(activity: targets, classes: 12))
        // The twelve terms and their sums are rounded to single precision.
        #expect(abs(loss - exact) <= 24 * 6e-8 * exact)
        let largest = 300.0
        let softmax = largest + log(z.reduce(0) { $0 + exp(Double($1) - largest) }) - Double(z[4])
        let found = LogisticRegression.loss(logits: z, targets: .multinomial(labels: [4], classes: 12))
        #expect(abs(found - softmax) <= 24 * 6e-8 * softmax)
    }

    @Test func exponential_is_within_two_units_in_the_last_place() {
        for i in 0...8700 {
            let x = Float(-i) / 100
            let exact = Double(exp(Double(x)))
            // The tolerance is two units of 2⁻²³. The range reduction adds only x·2⁻²⁴ times a small factor.
            #expect(abs(Double(LogisticLoss.exponential(x)) - exact) <= 2 * 0x1p-23 * exact)
        }
        #expect(LogisticLoss.exponential(-1000) == 0 && LogisticLoss.exponential(-.infinity) == 0)
    }

    @Test func rotation_of_wide_rows_keeps_the_solution() {
        // 40 rows of 90 columns are rotated to fewer columns. The same rows twice, with half the weight, are 80 rows,
        // which are not rotated.
        let (count, dimension) = (40, 90)
        let x = hashedValues(parameter: 5104, count: count * dimension, scale: 1)
        let labels = (0..<count).map { $0 % 4 }
        let rotated = LogisticRegression.path(
            x, count: count, dimension: dimension, targets: .multinomial(labels: labels, classes: 4),
            penalties: [0.2], options: Self.precise)[0]
        let plain = LogisticRegression.path(
            x + x, count: 2 * count, dimension: dimension, targets: .multinomial(labels: labels + labels, classes: 4),
            penalties: [0.1], options: Self.precise)[0]
        // C·n is equal in both. The curvature of the penalty is 1/(C·n) = 1/8, so that the error of the weights is at
        // most 2e-7·8·√360.
        for (a, b) in zip(rotated.weights, plain.weights) { #expect(abs(a - b) < 2 * 3.1e-5) }
        #expect(abs(rotated.trainingLoss - plain.trainingLoss) < 1e-4)
    }

    @Test func path_ends_when_asked_to() {
        let (targets, x) = Self.small()[0]
        let solutions = LogisticRegression.path(
            x, count: 7, dimension: 5, targets: targets, penalties: [1e-3, 1e-2, 1e-1, 1]
        ) { $0.penalty < 1e-2 }
        #expect(solutions.map(\.penalty) == [1e-3, 1e-2])
    }

    @Test func solution_is_the_same_for_any_number_of_threads() {
        let x = hashedValues(parameter: 5105, count: 1500 * 12, scale: 1)
        let labels = (0..<1500).map { $0 % 5 }
        let solutions = [1, 2, 3, 8].map { threads in
            var options = LogisticRegression.Options()
            options.threads = threads
            return LogisticRegression.path(
                x, count: 1500, dimension: 12, targets: .multinomial(labels: labels, classes: 5), penalties: [0.01, 1],
                options: options)
        }
        for other in solutions.dropFirst() { #expect(other == solutions[0]) }
    }

    @Test func one_class_or_no_rows_leave_zero_weights() {
        let one = LogisticRegression.path(
            [1, 2, 3, 4], count: 2, dimension: 2, targets: .multinomial(labels: [0, 0], classes: 1), penalties: [1])
        #expect(one[0].weights == [0, 0] && one[0].trainingLoss == 0)
        let none = LogisticRegression.path(
            [], count: 0, dimension: 2, targets: .multinomial(labels: [], classes: 3), penalties: [1])
        #expect(none[0].weights == [Float](repeating: 0, count: 6))
    }
}
