import Foundation
import Orchestrator
import Testing

@testable import OssicleStatistics

@Suite struct LBFGSTests {
    /// Returns the Rosenbrock function Σ 100·(x_{i+1} − x_i²)² + (1 − x_i)², whose minimum is 0 at (1, …, 1).
    static func rosenbrock(_ x: [Double], _ gradient: inout [Double]) -> Double {
        var value = 0.0
        for i in gradient.indices { gradient[i] = 0 }
        for i in 0..<x.count - 1 {
            let (a, b) = (x[i + 1] - x[i] * x[i], 1 - x[i])
            value += 100 * a * a + b * b
            gradient[i] += -400 * a * x[i] - 2 * b
            gradient[i + 1] += 200 * a
        }
        return value
    }

    @Test(arguments: [2, 10]) func finds_the_minimum_of_rosenbrocks_valley(count: Int) {
        var x = (0..<count).map { $0 % 2 == 0 ? -1.2 : 1 }
        let result = LBFGS(gradientTolerance: 1e-8).minimize(&x, Self.rosenbrock)
        #expect(result.ending == .converged)
        // The smallest curvature at the minimum is about 0.4. The error of x is gradient / curvature, at most
        // 1e-8·√10 / 0.4.
        for value in x { #expect(abs(value - 1) < 1e-7) }
    }

    @Test func solves_an_ill_conditioned_quadratic() {
        // f = ½ Σ c_i·(x_i − i)² with curvatures c_i from 1 to 10⁴.
        let curvatures = (0..<40).map { i in 1 + 1e4 * Double(i * i) / 1600 }
        var x = [Double](repeating: 0, count: 40)
        let result = LBFGS(maximumIterations: 2000, gradientTolerance: 1e-7).minimize(&x) { x, gradient in
            var value = 0.0
            for i in x.indices {
                gradient[i] = curvatures[i] * (x[i] - Double(i))
                value += 0.5 * gradient[i] * (x[i] - Double(i))
            }
            return value
        }
        #expect(result.ending == .converged)
        // The error is gradient / curvature, and the curvatures are at least 1.
        for i in x.indices { #expect(abs(x[i] - Double(i)) <= 1e-7) }
    }

    @Test func gradient_at_the_start_decides_whether_anything_is_done() {
        var x = [1.0, 1]
        let result = LBFGS().minimize(&x, Self.rosenbrock)
        #expect(result.ending == .converged && result.iterations == 0 && result.evaluations == 1)
        #expect(x == [1, 1])
    }

    @Test func value_that_is_not_finite_at_the_start_ends_it() {
        var x = [1.0]
        let result = LBFGS().minimize(&x) { _, gradient in
            gradient[0] = 1
            return .nan
        }
        #expect(result.ending == .notFinite && x == [1])
    }

    @Test func domain_borders_are_points_too_far() {
        // x − ln x has its minimum at 1 and is NaN for x ≤ 0. A step from 10⁻³ goes away from 0, but a step from 5 can
        // reach negative x.
        for start in [1e-3, 5, 100] {
            var x = [start]
            let result = LBFGS(gradientTolerance: 1e-9).minimize(&x) { x, gradient in
                gradient[0] = x[0] > 0 ? 1 - 1 / x[0] : .nan
                return x[0] > 0 ? x[0] - log(x[0]) : .nan
            }
            #expect(result.ending == .converged)
            // The curvature at x = 1 is 1, so that the error of x is about the gradient.
            #expect(abs(x[0] - 1) < 1e-8)
        }
    }

    @Test func wrong_gradient_ends_at_the_start() {
        var x = [2.0]
        let result = LBFGS().minimize(&x) { x, gradient in
            gradient[0] = -2 * x[0]
            return x[0] * x[0]
        }
        #expect(result.ending == .noLowerPoint && x == [2])
    }

    @Test func unbounded_function_ends() {
        var x = [0.0]
        let result = LBFGS(maximumIterations: 50).minimize(&x) { x, gradient in
            gradient[0] = -1
            return -x[0]
        }
        #expect(result.value < 0)
        #expect(result.iterations <= 50)
    }

    @Test func noise_in_the_value_does_not_stop_short_of_the_tolerance() {
        // The values have an offset of 7 and are rounded to single precision. Near the minimum they are all equal.
        var x = [3.0, -2]
        let result = LBFGS(gradientTolerance: 1e-6, valueNoise: 1e-7).minimize(&x) { x, gradient in
            (gradient[0], gradient[1]) = (x[0] - 1, 10 * (x[1] - 1))
            return Double(Float(7 + 0.5 * (x[0] - 1) * (x[0] - 1) + 5 * (x[1] - 1) * (x[1] - 1)))
        }
        #expect(result.largestGradient <= 1e-6)
    }
}
