/// Logistic regression with an L2 penalty, at the optimum of
///
///     (1/n) Σ_i loss(x_i·Wᵀ + b, y_i) + |W|² / (2·C·n)
///
/// which is scikit-learn's `LogisticRegression(C)`: its C·Σ loss + |W|²/2 divided by C·n. The bias b is not penalised. x is
/// (n, dimension), W (classes, dimension), b (classes). The problem is convex: the optimum does not depend on the start, on
/// a learning rate or on the order of the rows, but for rounding.
///
/// The loss is the cross-entropy of the softmax (`multinomial`), or the sum over classes of the binary cross-entropies of
/// sigmoids (`independent`: one scikit-learn model a class). Two classes in the former are two rows of W, not
/// scikit-learn's single one.
///
/// *Reference:* Hastie, Tibshirani, Friedman, "The elements of statistical learning", 2009, §4.4.
public struct LogisticRegression: Sendable, Equatable {
    public enum Targets: Sendable, Equatable {
        /// One class of each row, 0 ..< `classes`.
        case multinomial(labels: [Int], classes: Int)
        /// (n, classes): 1 where the class is present, else 0.
        case independent(activity: [Float], classes: Int)

        public var classes: Int {
            switch self {
            case .multinomial(_, let classes), .independent(_, let classes): classes
            }
        }
    }

    public struct Options: Sendable, Equatable {
        /// The optimum is reached when no component of the gradient exceeds this.
        public var gradientTolerance = 1e-5
        /// For each penalty.
        public var maximumIterations = 300
        /// Blocks of rows are divided between them; results are the same for any number.
        public var threads = 1

        public init() {}
    }

    public let dimension: Int
    public let classes: Int
    /// C: the smaller, the stronger.
    public let penalty: Double
    /// (classes, dimension).
    public internal(set) var weights: [Float]
    public internal(set) var bias: [Float]
    /// The mean loss on the training rows, in nats, without the penalty.
    public internal(set) var trainingLoss: Double
    /// How the minimisation ended.
    let result: LBFGS.Result

    /// The optima for several penalties, each started from the one before.
    ///
    /// - Parameters:
    ///   - x: (count, dimension), standardised: one penalty for all inputs needs inputs of one scale.
    ///   - penalties: C in rising order, from the strongest penalty to the weakest: the first optima are near zero, and
    ///     each is near the next.
    ///   - continues: sees each optimum; false ends the path.
    /// - Returns: an optimum for each penalty that was reached.
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

    /// x·Wᵀ + b, (count, classes), of x (count, dimension).
    public func logits(_ x: [Float], count: Int) -> [Float] {
        var logits = [Float](repeating: 0, count: count * classes)
        guard classes > 0 else { return logits }
        LinearAlgebra.multiplyTransposed(x, weights, into: &logits, m: count, n: classes, k: dimension)
        for row in 0..<count {
            for k in 0..<classes { logits[row * classes + k] += bias[k] }
        }
        return logits
    }

    /// The sum over rows of the loss of logits (n, classes).
    package static func loss(logits: [Float], targets: Targets) -> Double {
        var (logits, biasGradient) = (logits, [Double](repeating: 0, count: targets.classes))
        let count = targets.classes > 0 ? logits.count / targets.classes : 0
        return LogisticLoss.lossAndGradient(
            logits: &logits, rows: 0..<count, targets: targets, scale: 1, bias: &biasGradient)
    }
}
