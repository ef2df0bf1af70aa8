/// Limited-memory BFGS: x ← x + α·p, p = −H·∇f(x), where H approximates the inverse Hessian from the last `history` steps
/// and their changes of the gradient, and α fulfils the strong Wolfe conditions (``LineSearch``).
///
/// It allocates once; an iteration takes 4·history passes over vectors besides what f costs.
///
/// *Reference:* Liu, Nocedal, Mathematical Programming 45, 1989; Nocedal, Wright, "Numerical optimization", 2006,
/// algorithms 7.4 and 7.5.
struct LBFGS: Sendable, Equatable {
    enum Ending: Sendable, Equatable {
        /// No component of the gradient exceeds the tolerance.
        case converged
        /// Ten iterations in a row neither lowered the value by more than its rounding nor made the gradient smaller than
        /// it had been.
        case stalled
        case maximumIterations
        /// No lower point along the steepest descent: the rounding of f hides it, or the gradient is not f's.
        case noLowerPoint
        /// The value or the gradient at the start is not finite.
        case notFinite
    }

    struct Result: Sendable, Equatable {
        var value: Double
        /// max |∂f/∂x|.
        var largestGradient: Double
        var iterations = 0
        var evaluations = 1
        var ending = Ending.maximumIterations
    }

    var history = 12
    var maximumIterations = 300
    var gradientTolerance = 1e-5
    /// How far off values of f are, relative: the rounding of single precision where f computes in it.
    var valueNoise = 1e-15
    var lineSearch = LineSearch()

    /// Lowers f from `x` on; `x` then is the last accepted point, which is the lowest up to the noise.
    ///
    /// - Parameter f: the value at a point; writes its gradient. Values that are not finite count as points too far.
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
            pairs.direction(of: gradient, into: &direction)
            var slope = LinearAlgebra.dot(direction, gradient)
            if !(slope < 0 && slope.isFinite) {
                pairs.removeAll()
                pairs.direction(of: gradient, into: &direction)
                slope = LinearAlgebra.dot(direction, gradient)
            }
            // Nothing is known of the scale at first: a step of length 1 at most.
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
                // The approximation of the Hessian may be at fault: the steepest descent is tried before giving up.
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
    /// The last steps s and changes of the gradient y, in a ring.
    private struct Pairs {
        let capacity: Int
        private var steps: [[Double]] = []
        private var changes: [[Double]] = []
        /// sᵀy of each.
        private var products: [Double] = []
        private var coefficients: [Double]
        /// Stored pairs, and the place of the next one.
        private var (count, next) = (0, 0)

        init(capacity: Int) {
            self.capacity = max(1, capacity)
            coefficients = Array(repeating: 0, count: self.capacity)
        }

        var isEmpty: Bool { count == 0 }

        mutating func removeAll() { (count, next) = (0, 0) }

        /// Keeps a step unless the curvature along it is not positive, which the Wolfe conditions exclude but rounding
        /// does not.
        mutating func append(from x: [Double], _ gradient: [Double], to end: [Double], _ endGradient: [Double]) {
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
            let product = LinearAlgebra.dot(steps[next], changes[next])
            guard product > 1e-14 * LinearAlgebra.dot(changes[next], changes[next]), product.isFinite else { return }
            products[next] = product
            next = (next + 1) % capacity
            count = min(count + 1, capacity)
        }

        /// Algorithm 7.4: p = −H·g.
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
