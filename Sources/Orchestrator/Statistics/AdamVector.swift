import Foundation

/// The optimizer Adam for one small array, which the probes use. Training uses a kernel that updates all parameters.
///
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η [(m/(1−β₁ᵗ)) / (sqrt(v/(1−β₂ᵗ)) + ε) + λw]
///
/// *Reference:* Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015. The weight decay λ is that of
/// Loshchilov, Hutter, ICLR 2019.
package struct AdamVector: Sendable {
    private var first: [Float]
    private var second: [Float]
    private var steps = 0

    package init(count: Int) {
        first = Array(repeating: 0, count: count)
        second = Array(repeating: 0, count: count)
    }

    package mutating func step(
        _ values: inout [Float], gradient: [Float], learningRate: Double, weightDecay: Double = 0
    ) {
        steps += 1
        let correction1 = 1 - pow(Double(Self.beta1), Double(steps))
        let correction2 = (1 - pow(Double(Self.beta2), Double(steps))).squareRoot()
        Self.update(
            &values, &first, &second, gradient, rate: Float(learningRate * correction2 / correction1),
            epsilon: Float(1e-8 * correction2), keep: Float(1 - learningRate * weightDecay))
    }

    private static let beta1: Float = 0.9
    private static let beta2: Float = 0.999

    private static func update(
        _ values: inout [Float], _ first: inout [Float], _ second: inout [Float], _ gradient: [Float], rate: Float,
        epsilon: Float, keep: Float
    ) {
        let g = gradient.span
        var w = values.mutableSpan
        var m = first.mutableSpan
        var v = second.mutableSpan
        for i in 0..<g.count {
            m[i] = beta1 * m[i] + (1 - beta1) * g[i]
            v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
            w[i] = keep * w[i] - rate * m[i] / (v[i].squareRoot() + epsilon)
        }
    }
}
