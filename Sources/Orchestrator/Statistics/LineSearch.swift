/// A step α along a descent direction for which φ(α) = f(x + α·p) fulfils the strong Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁·α·φ′(0),    |φ′(α)| ≤ c₂·|φ′(0)|
///
/// *Reference:* Nocedal, Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6, cubic interpolation (3.59).
struct LineSearch: Sendable, Equatable {
    struct Point: Equatable {
        var step: Double
        var value: Double
        var slope: Double
    }

    var sufficientDecrease = 1e-4
    var curvature = 0.9
    var maximumEvaluations = 25

    /// - Parameters:
    ///   - start: φ and φ′ at 0; the slope is negative.
    ///   - noise: how far off values may be, absolute; a rise by less is no rise.
    ///   - evaluate: φ and φ′ at a step; a value that is not finite counts as a point too far.
    /// - Returns: the step, or where there is none the lowest point that was seen, if it is lower than the start.
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

        // Algorithm 3.5: longer steps until an interval holds a good one.
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

        // Algorithm 3.6: `low` is the lower end of the interval, `high` the other one, to whichever side.
        while evaluations < maximumEvaluations {
            let width = abs(high.step - low.step)
            // Nearer than this the two ends are one number.
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

    /// The minimum of the cubic through both points with their slopes; the middle where it is not well inside.
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
