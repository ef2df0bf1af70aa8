import OssicleKernels

/// The per-channel part of batch normalization.
///
/// The forward pass converts the statistics of the batch to a scale and a shift. The backward pass converts sums of
/// gradients to the coefficients of the raw gradient. The operation that reads the values normalizes them.
///
/// *Reference:* Ioffe, Szegedy, "Batch normalization", ICML 2015. The formulas are in ck_norm.h.
package final class BatchNormalization: Operation {
    package let name: String
    private let source: RawOutput
    private let normalization: Normalization
    private let rows: Int
    private let gamma: Parameter
    private let beta: Parameter
    private let runningMean: Parameter
    private let runningVariance: Parameter
    /// A constant that is added to the variance.
    private let epsilon: Float
    /// The share of the old running average that a step keeps, except in the first steps.
    private static let momentum: Float = 0.99

    /// - Parameters:
    ///   - source: the output to normalize.
    ///   - rows: the number of values per channel: images · height · width.
    ///   - epsilon: 1e-3 as in the EfficientNet of Keras, or the value of the model's paper.
    package init(_ graph: Graph, _ name: String, _ source: RawOutput, rows: Int, epsilon: Float = 1e-3) {
        guard let normalization = source.normalization else { preconditionFailure("\(name) has nothing to normalise") }
        self.name = name
        self.source = source
        self.normalization = normalization
        self.rows = rows
        self.epsilon = epsilon
        let channels = [normalization.channels]
        gamma = graph.parameter(name + ".weight", channels, .constant(1))
        beta = graph.parameter(name + ".bias", channels, .constant(0))
        runningMean = graph.parameter(name + ".running_mean", channels, .constant(0), isTrained: false)
        runningVariance = graph.parameter(name + ".running_var", channels, .constant(1), isTrained: false)
    }

    package var forwardAccess: [Value] {
        [normalization.scale, normalization.shift, normalization.mean, normalization.inverseDeviation]
            + [source.statistics].compactMap { $0 }
    }
    package var backwardAccess: [Value] {
        guard let sums = normalization.sums else { return [] }
        return [
            sums.value, normalization.mean, normalization.inverseDeviation, normalization.a, normalization.b,
            normalization.c,
        ]
    }

    private func channels(_ run: borrowing Run) -> NormalizationKernel.Channels {
        NormalizationKernel.Channels(
            gamma: run(gamma), beta: run(beta), runningMean: run(runningMean), runningVariance: run(runningVariance),
            scale: run(normalization.scale), shift: run(normalization.shift), mean: run(normalization.mean),
            inverseDeviation: run(normalization.inverseDeviation))
    }

    package func forward(_ run: borrowing Run) {
        guard let statistics = source.statistics else {
            NormalizationKernel.inference(epsilon: epsilon, channels(run))
            return
        }
        NormalizationKernel.forward(
            run.execution, rows: rows, statistics: run(statistics), blocks: source.statisticsBlocks, epsilon: epsilon,
            momentum: runningMean.isAverage ? 1 : Self.momentum(step: run.step), channels(run))
    }

    /// The share of the old running average that a step keeps. It is lower in the first steps: after t steps, the
    /// average covers about the last tenth of them. The evaluation of a short run therefore depends neither on the
    /// initial values of the averages nor on the statistics of old weights.
    static func momentum(step: Int) -> Float { min(momentum, Float(1 + step) / Float(10 + step)) }

    package func backward(_ run: borrowing Run) {
        guard let sums = normalization.sums else { preconditionFailure("\(name): nobody read the normalised map") }
        NormalizationKernel.backward(
            run.execution, rows: rows, sums: run(sums.value), blocks: sums.blocks, gamma: run(gamma),
            mean: run(normalization.mean), inverseDeviation: run(normalization.inverseDeviation),
            dGamma: run.gradient(gamma), dBeta: run.gradient(beta), a: run(normalization.a), b: run(normalization.b),
            c: run(normalization.c))
    }
}
