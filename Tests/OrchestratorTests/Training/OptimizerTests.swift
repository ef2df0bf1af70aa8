import Foundation
import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleTraining

@Suite struct OptimizerTests {
    private static let shapes: [(name: String, shape: [Int])] = [
        ("a.weight", [6, 5]), ("a.bias", [6]), ("norm.weight", [7]), ("b.weight", [4, 6, 1, 1]),
        ("zero.weight", [3, 3]),
    ]

    private func store() throws -> (store: ParameterStore, parameters: [Parameter]) {
        let store = ParameterStore()
        let parameters = Self.shapes.map { name, shape in
            store.parameter(
                name, shape, name.hasPrefix("zero") ? .constant(0) : shape.count == 1 ? .constant(0.5) : .glorotUniform)
        }
        try store.allocate(seed: 1, training: true)
        return (store, parameters)
    }

    /// Returns the weights after five steps, computed separately for each tensor in double precision.
    private func reference(
        _ section: OptimizerSection, _ weights: [[Double]], _ gradients: [[[Double]]]
    ) -> [[Double]] {
        var weights = weights
        for (index, (_, shape)) in Self.shapes.enumerated() {
            let isDecayed = shape.count > 1 || section.decaysAll
            let decay = isDecayed ? section.weightDecay : 0
            var (m, v) = (
                [Double](repeating: 0, count: weights[index].count), [Double](repeating: 0, count: weights[index].count)
            )
            for t in 1...5 {
                let g = gradients[t - 1][index]
                func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
                // LARS adapts the learning rate of every tensor that has weight decay.
                var trust = 1.0
                if section.name == .lars, isDecayed, norm(weights[index]) > 0 {
                    trust = section.trust * norm(weights[index]) / (norm(g) + decay * norm(weights[index]))
                }
                for i in weights[index].indices {
                    let w = weights[index][i]
                    if section.name == .adam {
                        m[i] = 0.9 * m[i] + 0.1 * g[i]
                        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
                        let correction = (1 - pow(0.9, Double(t)), 1 - pow(0.999, Double(t)))
                        weights[index][i] =
                            w - section.learningRate * decay * w - section.learningRate * (m[i] / correction.0)
                            / ((v[i] / correction.1).squareRoot() + section.epsilon)
                    } else {
                        m[i] = section.momentum * m[i] + trust * (g[i] + decay * w)
                        weights[index][i] = w - section.learningRate * m[i]
                    }
                }
            }
        }
        return weights
    }

    @Test(arguments: OptimizerSection.Name.allCases, [false, true])
    func five_steps_are_the_formulas_and_spare_biases_and_norms(name: OptimizerSection.Name, decaysAll: Bool) throws {
        var section = OptimizerSection()
        (section.name, section.learningRate, section.weightDecay, section.decaysAll) = (name, 0.05, 0.1, decaysAll)
        section.trust = 0.02
        let (store, parameters) = try store()
        var random = RandomStream(seed: 2, purpose: .test)
        let gradients = (0..<5).map { _ in
            parameters.map { parameter in (0..<store.buffer(parameter).count).map { _ in Double(random.normal()) } }
        }
        let expected = reference(section, parameters.map { store.buffer($0).array.map(Double.init) }, gradients)
        let optimizer = try section.optimizer(of: store)
        let execution = try Execution(threads: 2, scratchBytes: 64)
        for step in 0..<5 {
            for (index, parameter) in parameters.enumerated() {
                store.gradient(parameter).copy(from: gradients[step][index].map(Float.init))
            }
            optimizer.update(execution, step: step, learningRate: section.learningRate)
        }
        for (index, parameter) in parameters.enumerated() {
            for (value, wanted) in zip(store.buffer(parameter).array, expected[index]) {
                // Each of the five steps has a few rounding errors, and the values are below 2.
                #expect(abs(Double(value) - wanted) < 5e-6, "\(Self.shapes[index].name)")
            }
        }
    }
}
