import OssicleBase

/// A minimization of a function f with limited-memory BFGS (L-BFGS).
///
///     x ← x + α·p,   p = −H·∇f(x)
///
/// H approximates the inverse Hessian. It is computed from the last `history` steps and the changes of the gradient in
/// these steps. The step length α satisfies the strong Wolfe conditions (`LineSearch`).
///
/// Memory is allocated only once. In addition to the evaluation of f, an iteration needs 4·history passes over vectors.
///
/// *Reference:* Liu, Nocedal, Mathematical Programming 45, 1989; Nocedal, Wright, "Numerical optimization", 2006,
/// algorithms 7.4 and 7.5.
struct LBFGS: Sendable, Equatable {
    /// The reason why a minimization ended.
    enum Ending: Sendable, Equatable {
        /// No component of the gradient exceeds the tolerance.
        case converged
        /// Ten iterations in a row neither lowered the value by more than its rounding error, nor made the gradient
        /// smaller than in all iterations before.
        case stalled
        case maximumIterations
        /// There is no lower point in the direction of steepest descent. Rounding errors of f hide it, or the gradient
        /// is not that of f.
        case noLowerPoint
        /// The value or the gradient at the start is not finite.
        case notFinite
        /// ``Interruption`` has ended the search. The caller does not use the result.
        case interrupted
    }

    struct Result: Sendable, Equatable {
        var value: Double
        /// The largest component of the gradient, max |∂f/∂x|.
        var largestGradient: Double
        var iterations = 0
        var evaluations = 1
        var ending = Ending.maximumIterations
    }

    /// The number of steps from which H is computed.
    var history = 12
    var maximumIterations = 300
    var gradientTolerance = 1e-5
    /// The relative rounding error of the values of f. It is that of single precision if f uses single precision.
    var valueNoise = 1e-15
    var lineSearch = LineSearch()

    /// Minimizes f, with `x` as the starting point.
    ///
    /// - Parameters:
    ///   - x: receives the last accepted point. It is the lowest point, apart from rounding errors of f.
    ///   - f: returns the value at a point, and writes the gradient. If they are not finite, a shorter step is tried.
    func minimize(_ x: inout [Double], _ f: (_ x: [Double], _ gradient: inout [Double]) -> Double) -> Result {
        let count = x.count
        var gradient = [Double](repeating: 0, count: count)
        let value = f(x, &gradient)
        var result = Result(value: value, largestGradient: LinearAlgebra.largestMagnitude(gradient))
        guard value.isFinite, result.largestGradient.isFinite else {
            result.ending = .notFinite
            return result
        }
        var pairs = Pairs(capacity: history)
        var (direction, trial, trialGradient) = (gradient, x, gradient)
        var (stalls, smallestGradient) = (0, result.largestGradient)
        while result.iterations < maximumIterations {
            guard result.largestGradient > gradientTolerance else {
                result.ending = .converged
                return result
            }
            guard !Interruption.isRequested else {
                result.ending = .interrupted
                return result
            }
            pairs.direction(of: gradient, into: &direction)
            var slope = LinearAlgebra.dot(direction, gradient)
            if !(slope < 0 && slope.isFinite) {
                pairs.removeAll()
                pairs.direction(of: gradient, into: &direction)
                slope = LinearAlgebra.dot(direction, gradient)
            }
            // At first, the scale of the problem is unknown. The first step has a length of at most 1.
            let first = pairs.isEmpty ? min(1, 1 / (-slope).squareRoot()) : 1
            let noise = valueNoise * abs(result.value)
            var lastStep = Double.nan
            func evaluate(_ step: Double) -> (value: Double, slope: Double) {
                lastStep = step
                LinearAlgebra.copy(x, into: &trial)
                LinearAlgebra.add(step, times: direction, to: &trial)
                let value = f(trial, &trialGradient)
                result.evaluations += 1
                return (value, LinearAlgebra.dot(trialGradient, direction))
            }
            let start = LineSearch.Point(step: 0, value: result.value, slope: slope)
            guard let found = lineSearch.find(from: start, firstStep: first, noise: noise, evaluate: evaluate) else {
                // The approximation of the Hessian may be wrong. Steepest descent is tried before the search ends.
                guard pairs.isEmpty else {
                    pairs.removeAll()
                    continue
                }
                result.ending = .noLowerPoint
                return result
            }
            if lastStep != found.step { _ = evaluate(found.step) }
            pairs.append(from: x, gradient, to: trial, trialGradient)
            let loweredBy = result.value - found.value
            swap(&x, &trial)
            swap(&gradient, &trialGradient)
            result.value = found.value
            result.largestGradient = LinearAlgebra.largestMagnitude(gradient)
            result.iterations += 1
            stalls = loweredBy > noise || result.largestGradient < smallestGradient ? 0 : stalls + 1
            smallestGradient = min(smallestGradient, result.largestGradient)
            if stalls == 10, result.largestGradient > gradientTolerance {
                result.ending = .stalled
                return result
            }
        }
        if result.largestGradient <= gradientTolerance { result.ending = .converged }
        return result
    }
}

extension LBFGS {
    /// The last steps s and the changes y of the gradient in these steps, in a ring buffer.
    private struct Pairs {
        let capacity: Int
        private var steps: [[Double]] = []
        private var changes: [[Double]] = []
        /// The product sᵀy of each pair.
        private var products: [Double] = []
        private var coefficients: [Double]
        /// The number of stored pairs, and the index of the next pair.
        private var (count, next) = (0, 0)

        init(capacity: Int) {
            self.capacity = max(1, capacity)
            coefficients = Array(repeating: 0, count: self.capacity)
        }

        var isEmpty: Bool { count == 0 }

        mutating func removeAll() { (count, next) = (0, 0) }

        /// Stores a step if the curvature along it is positive. The Wolfe conditions guarantee a positive curvature,
        /// but rounding errors can make it negative.
        mutating func append(from x: [Double], _ gradient: [Double], to end: [Double], _ endGradient: [Double]) {
            // A rejected step must not replace the oldest pair, which is still in use.
            guard hasCurvature(x, gradient, end, endGradient) else { return }
            if next == steps.count {
                steps.append(end)
                changes.append(endGradient)
                products.append(0)
            } else {
                LinearAlgebra.copy(end, into: &steps[next])
                LinearAlgebra.copy(endGradient, into: &changes[next])
            }
            LinearAlgebra.add(-1, times: x, to: &steps[next])
            LinearAlgebra.add(-1, times: gradient, to: &changes[next])
            products[next] = LinearAlgebra.dot(steps[next], changes[next])
            next = (next + 1) % capacity
            count = min(count + 1, capacity)
        }

        private func hasCurvature(
            _ x: [Double], _ gradient: [Double], _ end: [Double], _ endGradient: [Double]
        ) -> Bool {
            var (product, square) = (0.0, 0.0)
            for i in x.indices {
                let change = endGradient[i] - gradient[i]
                product += (end[i] - x[i]) * change
                square += change * change
            }
            return product > 1e-14 * square && product.isFinite
        }

        /// Computes the direction p = −H·g, with algorithm 7.4.
        mutating func direction(of gradient: [Double], into p: inout [Double]) {
            LinearAlgebra.copy(gradient, into: &p)
            LinearAlgebra.scale(&p, by: -1)
            guard count > 0 else { return }
            for age in 1...count {
                let i = (next - age + capacity) % capacity
                coefficients[i] = LinearAlgebra.dot(steps[i], p) / products[i]
                LinearAlgebra.add(-coefficients[i], times: changes[i], to: &p)
            }
            let last = (next - 1 + capacity) % capacity
            LinearAlgebra.scale(&p, by: products[last] / LinearAlgebra.dot(changes[last], changes[last]))
            for age in stride(from: count, to: 0, by: -1) {
                let i = (next - age + capacity) % capacity
                let correction = coefficients[i] - LinearAlgebra.dot(changes[i], p) / products[i]
                LinearAlgebra.add(correction, times: steps[i], to: &p)
            }
        }
    }
}
