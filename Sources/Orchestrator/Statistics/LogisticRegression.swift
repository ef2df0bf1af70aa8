import Foundation

/// A logistic regression with an L2 penalty. Its weights W and its bias b minimize
///
///     (1/n) Σ_i loss(x_i·Wᵀ + b, y_i) + |W|² / (2·C·n)
///
/// This is the objective of scikit-learn's `LogisticRegression(C)`, C·Σ loss + |W|²/2, divided by C·n. The bias b is
/// not penalized. x is (n, dimension), W (classes, dimension), b (classes). The problem is convex. Apart from rounding,
/// the optimum does not depend on the starting point, on a learning rate or on the order of the rows.
///
/// There are two losses. `multinomial` is the cross-entropy of the softmax. `independent` is the sum over classes of
/// the binary cross-entropies of sigmoids, which corresponds to one scikit-learn model for each class. With two
/// classes, `multinomial` has two rows of W, whereas scikit-learn has one.
///
/// *Reference:* Hastie, Tibshirani, Friedman, "The elements of statistical learning", 2009, §4.4.
public struct LogisticRegression: Sendable, Equatable {
    /// The classes of the training rows. The case selects the loss.
    public enum Targets: Sendable, Equatable {
        /// The class of each row, in 0 ..< `classes`.
        case multinomial(labels: [Int], classes: Int)
        /// The activity of each class, (n, classes): 1 if the class is present in the row, otherwise 0.
        case independent(activity: [Float], classes: Int)

        /// The number of classes.
        public var classes: Int {
            switch self {
            case .multinomial(_, let classes), .independent(_, let classes): classes
            }
        }
    }

    /// The options of the solver.
    public struct Options: Sendable, Equatable {
        /// The solver ends if no component of the gradient exceeds this value.
        public var gradientTolerance = 1e-5
        /// The largest number of iterations for each penalty.
        public var maximumIterations = 300
        /// The number of threads. It does not change the results.
        public var threads = 1

        public init() {}
    }

    /// The number of values in each row of x.
    public let dimension: Int
    /// The number of classes.
    public let classes: Int
    /// C. A smaller value is a stronger penalty.
    public let penalty: Double
    /// W, (classes, dimension).
    public internal(set) var weights: [Float]
    /// b, (classes).
    public internal(set) var bias: [Float]
    /// The mean loss on the training rows, in nats, without the penalty.
    public internal(set) var trainingLoss: Double
    /// The result of the minimization.
    let result: LBFGS.Result
    /// The gradient tolerance of the minimization.
    let gradientTolerance: Double

    /// Whether the loss at the solution is a finite number. It is not if the inputs overflow.
    package var isFinite: Bool { result.ending != .notFinite && trainingLoss.isFinite }

    /// A description of a minimization that ended before it converged, with its largest gradient; nil if it converged.
    ///
    /// In single precision, many minimizations end because rounding errors of the loss f hide a lower point. With the
    /// largest curvature c, this happens at gradients of up to √(2·c·10⁻⁷·f). For standardized embeddings with a common
    /// direction (c ≈ 250, f ≈ 2) this is 10⁻², and the regressions of 500 clips have ended at up to 8·10⁻⁴. Therefore
    /// it is a shortfall only above 1,000 times the tolerance. At the largest number of iterations, the limit is 100
    /// times the tolerance.
    package var shortfall: String? {
        let (reason, limit): (String, Double)
        switch result.ending {
        // The caller ends an interrupted probe without a report.
        case .converged, .interrupted: return nil
        case .stalled, .noLowerPoint: (reason, limit) = ("no further step lowers the loss", 1000)
        case .maximumIterations: (reason, limit) = ("this is the largest number of iterations", 100)
        case .notFinite: (reason, limit) = ("the loss is not finite", 0)
        }
        guard !(result.largestGradient <= limit * gradientTolerance) else { return nil }
        func short(_ value: Double) -> String { String(format: "%.1e", value) }
        return "it ended after \(result.iterations) iterations with a largest gradient of "
            + "\(short(result.largestGradient)) instead of \(short(gradientTolerance)), because \(reason)"
    }

    /// Computes the optima for several penalties. Each search starts from the optimum of the penalty before.
    ///
    /// - Parameters:
    ///   - x: (count, dimension), standardized. One penalty for all inputs requires inputs of the same scale.
    ///   - penalties: values of C in ascending order, from the strongest penalty to the weakest one. In this order, the
    ///     first optimum is near zero, and each optimum is near the next one.
    ///   - continues: receives each optimum. If it returns false, the remaining penalties are skipped.
    /// - Returns: an optimum for each penalty that was not skipped.
    public static func path(
        _ x: [Float], count: Int, dimension: Int, targets: Targets, penalties: [Double],
        options: Options = Options(), continues: (LogisticRegression) -> Bool = { _ in true }
    ) -> [LogisticRegression] {
        var problem = LogisticProblem(x, count: count, dimension: dimension, targets: targets, options: options)
        var solutions: [LogisticRegression] = []
        for penalty in penalties {
            let solution = problem.solve(penalty: penalty)
            solutions.append(solution)
            guard continues(solution) else { break }
        }
        return solutions
    }

    /// Returns the logits x·Wᵀ + b, (count, classes), for x (count, dimension).
    public func logits(_ x: [Float], count: Int) -> [Float] {
        var logits = [Float](repeating: 0, count: count * classes)
        guard classes > 0 else { return logits }
        LinearAlgebra.multiplyTransposed(x, weights, into: &logits, m: count, n: classes, k: dimension)
        for row in 0..<count {
            for k in 0..<classes { logits[row * classes + k] += bias[k] }
        }
        return logits
    }

    /// Returns the sum of the loss over all rows, for logits (n, classes).
    package static func loss(logits: [Float], targets: Targets) -> Double {
        var (logits, biasGradient) = (logits, [Double](repeating: 0, count: targets.classes))
        let count = targets.classes > 0 ? logits.count / targets.classes : 0
        return LogisticLoss.lossAndGradient(
            logits: &logits, rows: 0..<count, targets: targets, scale: 1, bias: &biasGradient)
    }
}
