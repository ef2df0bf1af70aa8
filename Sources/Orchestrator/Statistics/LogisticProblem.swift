import Synchronization

/// The objective of `LogisticRegression` for given rows, and a solver that starts from its last optimum.
///
/// The rows are divided into at most four parts of consecutive rows (`Run`). The division depends only on the number of
/// rows. Each part computes its gradient in blocks of 256 rows. A block stays in the cache between the product for the
/// logits and the product for the gradient. The results of the parts are added in order, so that the sums are the same
/// for any number of threads.
package struct LogisticProblem: Sendable {
    /// The memory for the computations of a `Run`. One thread uses it at a time. A lock makes it `Sendable`.
    private struct Scratch {
        var logits: [Float]
        var weightGradient: [Float]
        var biasGradient: [Double]
        var loss = 0.0
    }

    /// A part of the rows.
    private final class Run: Sendable {
        let rows: Range<Int>
        let scratch: Mutex<Scratch>

        init(rows: Range<Int>, scratch: Scratch) {
            self.rows = rows
            self.scratch = Mutex(scratch)
        }
    }

    static let blockRows = 256

    private let x: [Float]
    private let count: Int
    /// The number of columns of `x`. If `rotation` is used, it is `rotation.rank`.
    private let dimension: Int
    private let targets: LogisticRegression.Targets
    private let options: LogisticRegression.Options
    private let rotation: RowRotation?
    private let runs: [Run]
    /// The last optimum: W (classes, dimension), followed by b (classes).
    private var parameters: [Double]

    private var classes: Int { targets.classes }

    /// Creates the problem.
    ///
    /// - Parameter x: (count, dimension). It is used without a copy. If it has at least twice as many columns as rows,
    ///   the problem uses the smaller matrix of `RowRotation`.
    package init(
        _ x: [Float], count: Int, dimension: Int, targets: LogisticRegression.Targets,
        options: LogisticRegression.Options
    ) {
        precondition(x.count >= count * dimension, "as many values as rows and columns")
        switch targets {
        case .multinomial(let labels, let classes):
            precondition(labels.count >= count && labels.allSatisfy { 0..<classes ~= $0 }, "a class for each row")
        case .independent(let activity, let classes):
            precondition(activity.count >= count * classes, "a target for each row and class")
        }
        let rotation = 2 * count <= dimension ? RowRotation(x, count: count, dimension: dimension) : nil
        self.rotation = rotation
        self.x = rotation?.rotated ?? x
        self.dimension = rotation?.rank ?? dimension
        self.count = count
        self.targets = targets
        self.options = options
        let (classes, width) = (targets.classes, self.dimension)
        parameters = Array(repeating: 0, count: classes * (width + 1))
        let blocks = (count + Self.blockRows - 1) / Self.blockRows
        let number = max(1, min(4, blocks / 2))
        runs = (0..<number).map { i in
            let (first, last) = (blocks * i / number, blocks * (i + 1) / number)
            let rows = min(count, first * Self.blockRows)..<min(count, last * Self.blockRows)
            let scratch = Scratch(
                logits: Array(repeating: 0, count: min(Self.blockRows, max(1, count)) * classes),
                weightGradient: Array(repeating: 0, count: classes * width),
                biasGradient: Array(repeating: 0, count: classes))
            return Run(rows: rows, scratch: scratch)
        }
    }

    /// Returns the optimum for a penalty. The first search starts from zero, and later searches from the last optimum.
    package mutating func solve(penalty: Double) -> LogisticRegression {
        var solver = LBFGS()
        solver.gradientTolerance = options.gradientTolerance
        solver.maximumIterations = options.maximumIterations
        // Logits have a relative rounding error of 2⁻²⁴. Smaller differences of the value are ignored. Only the slopes
        // are used then, which is sufficient because the problem is convex.
        solver.valueNoise = 1e-7
        var x = parameters
        let result = solver.minimize(&x) { value(at: $0, penalty: penalty, gradient: &$1) }
        parameters = x
        let weights = parameters[..<(classes * dimension)].map(Float.init)
        let square = parameters[..<(classes * dimension)].reduce(0) { $0 + $1 * $1 }
        return LogisticRegression(
            dimension: rotation?.dimension ?? dimension, classes: classes, penalty: penalty,
            weights: rotation?.weights(fromRotated: weights, classes: classes) ?? weights,
            bias: parameters[(classes * dimension)...].map(Float.init),
            trainingLoss: result.value - square / (2 * penalty * Double(max(1, count))), result: result,
            gradientTolerance: options.gradientTolerance)
    }

    /// Returns the objective for the parameters W and b, and writes its gradient.
    func value(at parameters: [Double], penalty: Double, gradient: inout [Double]) -> Double {
        let size = classes * dimension
        guard count > 0, classes > 0 else {
            for i in gradient.indices { gradient[i] = 0 }
            return 0
        }
        let values = parameters.span
        let weights = (0..<size).map { Float(values[$0]) }
        let bias = (0..<classes).map { Float(values[size + $0]) }
        Workers(threads: options.threads).forEach(runs.count) { [runs, x, count, dimension, targets] number in
            runs[number].scratch.withLock { scratch in
                Self.evaluate(
                    runs[number].rows, of: x, count: count, dimension: dimension, targets: targets, weights: weights,
                    bias: bias, into: &scratch)
            }
        }
        var loss = 0.0
        let share = 1 / (penalty * Double(count))
        var target = gradient.mutableSpan
        var square = 0.0
        for i in 0..<size {
            target[i] = values[i] * share
            square += values[i] * values[i]
        }
        for k in 0..<classes { target[size + k] = 0 }
        for run in runs {
            run.scratch.withLock { scratch in
                loss += scratch.loss
                let part = scratch.weightGradient.span
                for i in 0..<size { target[i] += Double(part[i]) }
                for k in 0..<classes { target[size + k] += scratch.biasGradient[k] }
            }
        }
        return loss / Double(count) + 0.5 * share * square
    }

    private static func evaluate(
        _ rows: Range<Int>, of x: [Float], count: Int, dimension: Int, targets: LogisticRegression.Targets,
        weights: [Float], bias: [Float], into scratch: inout Scratch
    ) {
        let classes = targets.classes
        scratch.loss = 0
        for i in scratch.weightGradient.indices { scratch.weightGradient[i] = 0 }
        for k in 0..<classes { scratch.biasGradient[k] = 0 }
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
            let block = first..<min(first + blockRows, rows.upperBound)
            LinearAlgebra.multiplyTransposed(
                rows: block, of: x, weights, into: &scratch.logits, n: classes, k: dimension)
            add(bias, toRowsOf: &scratch.logits, count: block.count)
            scratch.loss += LogisticLoss.lossAndGradient(
                logits: &scratch.logits, rows: block, targets: targets, scale: 1 / Float(count),
                bias: &scratch.biasGradient)
            LinearAlgebra.addTransposedMultiply(
                scratch.logits, rows: block, of: x, to: &scratch.weightGradient, m: classes, n: dimension)
        }
    }

    private static func add(_ bias: [Float], toRowsOf logits: inout [Float], count: Int) {
        let bias = bias.span
        var logits = logits.mutableSpan
        for row in 0..<count {
            for k in bias.indices { logits[row * bias.count + k] += bias[k] }
        }
    }
}
