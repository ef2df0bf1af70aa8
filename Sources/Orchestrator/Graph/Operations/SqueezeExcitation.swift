import OssicleKernels

/// Squeeze-and-excitation: a gate for each image and channel, computed from the mean of the feature map,
/// σ(W₂·swish(W₁·mean + b₁) + b₂).
///
/// The next convolution multiplies its input by the gate while reading. In the backward pass, that convolution writes
/// the gradient of the gated feature map. This operation converts it, in place, to the gradient of the normalized
/// feature map.
///
/// *Reference:* Hu, Shen, Sun, "Squeeze-and-excitation networks", CVPR 2018. The formulas are in ck_squeeze_excite.h.
package final class SqueezeExcitation: Operation {
    package let name: String
    let gate: Value
    private let input: Feature
    private let kernel: SqueezeExciteKernel
    private let reduce: Parameter
    private let reduceBias: Parameter
    private let expand: Parameter
    private let expandBias: Parameter
    private let pooled: Value
    private let hidden: Value
    private let backwardValues: Backward?

    private struct Backward {
        let dGate: Value
        let dPooled: Value
        let da: Value
        let sums: Value
    }

    /// - Parameter squeezed: the number of channels between the two dense layers.
    package init(_ graph: Graph, _ name: String, _ input: Feature, squeezed: Int) {
        let (images, channels) = (input.images, input.channels)
        self.name = name
        self.input = input
        kernel = SqueezeExciteKernel(images: images, rows: input.rowsPerImage, channels: channels, squeezed: squeezed)
        reduce = graph.parameter(
            name + ".fc1.weight", [squeezed, channels, 1, 1], .varianceScaling(scale: 2, fanOut: squeezed))
        reduceBias = graph.parameter(name + ".fc1.bias", [squeezed], .constant(0))
        expand = graph.parameter(
            name + ".fc2.weight", [channels, squeezed, 1, 1], .varianceScaling(scale: 2, fanOut: channels))
        expandBias = graph.parameter(name + ".fc2.bias", [channels], .constant(0))
        gate = graph.value([images, channels])
        pooled = graph.value([images, channels])
        hidden = graph.value([images, squeezed])
        guard graph.training, let normalization = input.normalization else {
            backwardValues = nil
            return
        }
        let blocks = NormalizationKernel.imageBlocks(images: images, rows: input.rowsPerImage, channels: channels)
        backwardValues = Backward(
            dGate: graph.value([images, channels]), dPooled: graph.value([images, channels]),
            da: graph.gradient(input.raw), sums: normalization.leaveSums(graph, blocks: blocks))
    }

    /// The feature map with its gate, for the next convolution.
    package var output: Feature {
        var result = input
        result.gate = gate
        return result
    }

    package var forwardAccess: [Value] { input.access + [gate, pooled, hidden] }
    package var backwardAccess: [Value] {
        guard let backwardValues else { return [] }
        return forwardAccess + [backwardValues.dGate, backwardValues.dPooled, backwardValues.da, backwardValues.sums]
    }
    package var memory: WorkingMemory { kernel.memory }

    package func forward(_ run: borrowing Run) {
        let weights = SqueezeExciteKernel.Weights(
            reduce: run(reduce), reduceBias: run(reduceBias), expand: run(expand), expandBias: run(expandBias))
        kernel.forward(
            run.execution, run.operand(input), weights, pooled: run(pooled), hidden: run(hidden), gate: run(gate),
            workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        guard let values = backwardValues else { return }
        let weights = SqueezeExciteKernel.Weights(
            reduce: run(reduce), reduceBias: run(reduceBias), expand: run(expand), expandBias: run(expandBias))
        let gradients = SqueezeExciteKernel.Weights(
            reduce: run.gradient(reduce), reduceBias: run.gradient(reduceBias), expand: run.gradient(expand),
            expandBias: run.gradient(expandBias))
        kernel.backward(
            run.execution, run.operand(output), weights, gradients, pooled: run(pooled), hidden: run(hidden),
            gate: run(gate), dGate: run(values.dGate), dPooled: run(values.dPooled), da: run(values.da),
            sums: run(values.sums), workspace: run.workspace)
    }
}
