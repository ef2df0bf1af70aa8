import OssicleKernels

/// Batch normalization of each column of a matrix, with ReLU: y = ReLU(γ·x̂ + β), x̂ = (x − mean) / √(variance + ε).
///
/// Heads use it. Their matrices have about a thousandth of the size of the encoder's feature maps, and their inputs may
/// have other readers.
///
///     ŷ = γ·x̂ + β,   dŷ = dy·[ŷ > 0],   dβ = Σ dŷ,   dγ = Σ dŷ·x̂,   dx = γ/(σ·N) · (N·dŷ − dβ − x̂·dγ)
///
/// *Reference:* Ioffe, Szegedy, "Batch normalization", ICML 2015.
package final class RowBatchNormalization: Operation {
    package let name: String
    package let output: Value
    private let input: Value
    private let rows: Int
    private let width: Int
    private let gamma: Parameter
    private let beta: Parameter
    private let runningMean: Parameter
    private let runningVariance: Parameter
    private let mean: Value
    private let inverseDeviation: Value
    private let gradients: (dx: Value, dy: Value)?
    private static let epsilon = 1e-5

    /// - Parameter input: (rows, width).
    package init(_ graph: Graph, _ name: String, _ input: Value) {
        let shape = graph.shape(input)
        width = shape[shape.count - 1]
        rows = shape.reduce(1, *) / width
        self.name = name
        self.input = input
        gamma = graph.parameter(name + ".weight", [width], .constant(1))
        beta = graph.parameter(name + ".bias", [width], .constant(0))
        runningMean = graph.parameter(name + ".running_mean", [width], .constant(0), isTrained: false)
        runningVariance = graph.parameter(name + ".running_var", [width], .constant(1), isTrained: false)
        output = graph.value([rows, width])
        mean = graph.value([width])
        inverseDeviation = graph.value([width])
        gradients = graph.training ? (graph.gradient(input), graph.gradient(output)) : nil
    }

    package var forwardAccess: [Value] { [input, output, mean, inverseDeviation] }
    package var backwardAccess: [Value] {
        guard let gradients else { return [] }
        return forwardAccess + [gradients.dx, gradients.dy]
    }
    package var contributions: [Value] { [gradients?.dx].compactMap { $0 } }

    package func forward(_ run: borrowing Run) {
        let (x, y, mean, inverse) = (run(input), run(output), run(mean), run(inverseDeviation))
        let (gamma, beta) = (run(gamma), run(beta))
        for column in 0..<width {
            if run.training {
                measure(column, x, mean, inverse, run(runningMean), run(runningVariance), step: run.step)
            } else {
                mean[column] = run(runningMean)[column]
                inverse[column] = Float(1 / (Double(run(runningVariance)[column]) + Self.epsilon).squareRoot())
            }
            let scale = gamma[column] * inverse[column]
            for place in stride(from: column, to: rows * width, by: width) {
                let z = scale * (x[place] - mean[column]) + beta[column]
                y[place] = z < 0 ? 0 : z  // max(0, z) would replace NaN with 0
            }
        }
    }

    private func measure(
        _ column: Int, _ x: Buffer, _ mean: Buffer, _ inverse: Buffer, _ runningMean: Buffer, _ runningVariance: Buffer,
        step: Int
    ) {
        var (sum, squares) = (0.0, 0.0)
        for place in stride(from: column, to: rows * width, by: width) { sum += Double(x[place]) }
        let average = sum / Double(rows)
        for place in stride(from: column, to: rows * width, by: width) {
            let difference = Double(x[place]) - average
            squares += difference * difference
        }
        mean[column] = Float(average)
        inverse[column] = Float(1 / (squares / Double(rows) + Self.epsilon).squareRoot())
        let kept = self.runningMean.isAverage ? 1 : BatchNormalization.momentum(step: step)
        runningMean[column] = kept * runningMean[column] + (1 - kept) * Float(average)
        runningVariance[column] =
            kept * runningVariance[column] + (1 - kept) * Float(squares / Double(max(rows - 1, 1)))
    }

    package func backward(_ run: borrowing Run) {
        guard let gradients else { return }
        let (x, y, mean, inverse) = (run(input), run(output), run(mean), run(inverseDeviation))
        let (dx, dy, add) = (run(gradients.dx), run(gradients.dy), run.beta(self, gradients.dx))
        for column in 0..<width {
            var (dBeta, dGamma) = (0.0, 0.0)
            for place in stride(from: column, to: rows * width, by: width) where y[place] > 0 {
                dBeta += Double(dy[place])
                dGamma += Double(dy[place]) * Double(x[place] - mean[column]) * Double(inverse[column])
            }
            run.gradient(beta)[column] = Float(dBeta)
            run.gradient(gamma)[column] = Float(dGamma)
            let scale = run(gamma)[column] * inverse[column]
            let (along, shift) = (Float(dGamma / Double(rows)) * inverse[column], Float(dBeta / Double(rows)))
            for place in stride(from: column, to: rows * width, by: width) {
                let own = y[place] > 0 ? dy[place] : 0
                let value = scale * (own - shift - (x[place] - mean[column]) * along)
                dx[place] = add == 0 ? value : dx[place] + value
            }
        }
    }
}
