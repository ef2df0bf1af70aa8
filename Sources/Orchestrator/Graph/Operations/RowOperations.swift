import OssicleKernels

/// Layer normalization of rows, with an optional tanh: y = tanh(LayerNorm(x)) or y = LayerNorm(x).
///
/// *Reference:* Ba, Kiros, Hinton, "Layer normalization", 2016.
package final class LayerNormalization: Operation {
    package let name: String
    package let output: Value
    private let input: Value
    private let kernel: LayerNormKernel
    private let gamma: Parameter
    private let beta: Parameter
    private let mean: Value
    private let inverseDeviation: Value
    private let gradients: (dx: Value, dy: Value)?

    /// - Parameters:
    ///   - input: (rows, width), or any shape whose last dimension is the width.
    ///   - tanh: whether to apply tanh.
    package init(_ graph: Graph, _ name: String, _ input: Value, tanh: Bool) {
        let shape = graph.shape(input)
        let width = shape[shape.count - 1]
        let rows = shape.reduce(1, *) / width
        self.name = name
        self.input = input
        kernel = LayerNormKernel(rows: rows, width: width, epsilon: 1e-5, tanh: tanh)
        gamma = graph.parameter(name + ".weight", [width], .constant(1))
        beta = graph.parameter(name + ".bias", [width], .constant(0))
        output = graph.value([rows, width])
        mean = graph.value([rows])
        inverseDeviation = graph.value([rows])
        gradients = graph.training ? (graph.gradient(input), graph.gradient(output)) : nil
    }

    package var forwardAccess: [Value] { [input, output, mean, inverseDeviation] }
    package var backwardAccess: [Value] {
        guard let gradients else { return [] }
        return forwardAccess + [gradients.dx, gradients.dy]
    }
    package var contributions: [Value] { [gradients?.dx].compactMap { $0 } }
    package var memory: WorkingMemory { kernel.memory }

    package func forward(_ run: borrowing Run) {
        kernel.forward(
            run.execution, run(input), gamma: run(gamma), beta: run(beta), y: run(output), mean: run(mean),
            inverseDeviation: run(inverseDeviation))
    }

    package func backward(_ run: borrowing Run) {
        guard let gradients else { return }
        kernel.backward(
            run.execution, run(input), gamma: run(gamma), mean: run(mean), inverseDeviation: run(inverseDeviation),
            y: run(output), dy: run(gradients.dy), dx: run(gradients.dx), beta: run.beta(self, gradients.dx),
            dGamma: run.gradient(gamma), dBeta: run.gradient(beta), workspace: run.workspace)
    }
}

/// Normalization of rows to Euclidean length 1: y = x/‖x‖.
package final class L2Normalization: Operation {
    package let name: String
    package let output: Value
    private let input: Value
    private let kernel: L2NormalizeKernel
    private let inverseNorm: Value
    private let gradients: (dx: Value, dy: Value)?

    package init(_ graph: Graph, _ name: String, _ input: Value) {
        let shape = graph.shape(input)
        self.name = name
        self.input = input
        kernel = L2NormalizeKernel(rows: shape.dropLast().reduce(1, *), width: shape[shape.count - 1])
        output = graph.value(shape)
        inverseNorm = graph.value([kernel.rows])
        gradients = graph.training ? (graph.gradient(input), graph.gradient(output)) : nil
    }

    package var forwardAccess: [Value] { [input, output, inverseNorm] }
    package var backwardAccess: [Value] {
        guard let gradients else { return [] }
        return [output, inverseNorm, gradients.dx, gradients.dy]
    }
    package var contributions: [Value] { [gradients?.dx].compactMap { $0 } }

    package func forward(_ run: borrowing Run) {
        kernel.forward(run.execution, run(input), y: run(output), inverseNorm: run(inverseNorm))
    }

    package func backward(_ run: borrowing Run) {
        guard let gradients else { return }
        kernel.backward(
            run.execution, y: run(output), inverseNorm: run(inverseNorm), dy: run(gradients.dy), dx: run(gradients.dx),
            beta: run.beta(self, gradients.dx))
    }
}
