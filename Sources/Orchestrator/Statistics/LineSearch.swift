/// A search for a step length α along a descent direction p. The function φ(α) = f(x + α·p) has to satisfy the strong
/// Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁·α·φ′(0),    |φ′(α)| ≤ c₂·|φ′(0)|
///
/// *Reference:* Nocedal, Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6, cubic interpolation (3.59).
struct LineSearch: Sendable, Equatable {
    /// A step length α, with φ(α) and φ′(α).
    struct Point: Equatable {
        var step: Double
        var value: Double
        var slope: Double
    }

    /// c₁.
    var sufficientDecrease = 1e-4
    /// c₂.
    var curvature = 0.9
    var maximumEvaluations = 25

    /// Searches for a step length.
    ///
    /// - Parameters:
    ///   - start: φ and φ′ at 0. The slope is negative.
    ///   - noise: the absolute error of the values. A smaller increase of the value is ignored.
    ///   - evaluate: returns φ and φ′ at a step length. If they are not finite, a shorter step is tried.
    /// - Returns: a point that satisfies the conditions. If none is found, the lowest point that was evaluated, or nil
    ///   if no point is lower than the start.
    func find(
        from start: Point, firstStep: Double, noise: Double, evaluate: (Double) -> (value: Double, slope: Double)
    ) -> Point? {
        var evaluations = 0
        var lowest: Point?
        func point(at step: Double) -> Point {
            evaluations += 1
            let (value, slope) = evaluate(step)
            guard value.isFinite, slope.isFinite else { return Point(step: step, value: .infinity, slope: 0) }
            let point = Point(step: step, value: value, slope: slope)
            if value < lowest?.value ?? start.value { lowest = point }
            return point
        }
        func isTooHigh(_ point: Point) -> Bool {
            point.value > start.value + sufficientDecrease * point.step * start.slope + noise
        }
        func isFlat(_ point: Point) -> Bool {
            point.value.isFinite && abs(point.slope) <= -curvature * start.slope
        }

        // Algorithm 3.5: the step is doubled until an interval contains a suitable step.
        var (low, high) = (start, start)
        var step = firstStep
        while true {
            guard evaluations < maximumEvaluations else { return lowest }
            let next = point(at: step)
            if isTooHigh(next) || (evaluations > 1 && next.value >= low.value + noise) {
                high = next
                break
            }
            if isFlat(next) { return next }
            if next.slope >= 0 {
                (low, high) = (next, low)
                break
            }
            low = next
            step *= 2
        }

        // Algorithm 3.6: `low` is the end of the interval with the lower value. `high` is the other end. Either of them
        // can have the longer step.
        while evaluations < maximumEvaluations {
            let width = abs(high.step - low.step)
            // If the ends are closer than this, they are equal apart from rounding.
            guard width > 1e-14 * max(abs(low.step), abs(high.step)) else { break }
            let next = point(at: Self.between(low, high))
            if isTooHigh(next) || next.value > low.value + noise {
                high = next
            } else {
                if isFlat(next) { return next }
                if next.slope * (high.step - low.step) >= 0 { high = low }
                low = next
            }
        }
        return lowest
    }

    /// Returns a step between two points, by cubic interpolation.
    ///
    /// The step is the minimum of the cubic polynomial that has the values and the slopes of both points. It is limited
    /// to a distance of at least a tenth of the interval from both ends. If the polynomial has no minimum, the step is
    /// the middle of the interval. If a value is not finite, the step is a tenth of the interval away from `a`.
    private static func between(_ a: Point, _ b: Point) -> Double {
        let middle = (a.step + b.step) / 2
        guard a.value.isFinite, b.value.isFinite else { return a.step + 0.1 * (b.step - a.step) }
        let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return middle }
        let d2 = b.step > a.step ? square.squareRoot() : -square.squareRoot()
        let step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
        let margin = 0.1 * abs(b.step - a.step)
        let (first, last) = (min(a.step, b.step) + margin, max(a.step, b.step) - margin)
        return step.isFinite ? min(max(step, first), last) : middle
    }
}
