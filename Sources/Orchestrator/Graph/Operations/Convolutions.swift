import OssicleKernels

/// Operands of kernels: feature maps for the forward pass, and gradients for the backward pass.
extension Run {
    /// A feature map with the normalization, activation and gate that its reader applies.
    func operand(_ feature: Feature) -> Operand {
        Operand(
            x: raw(feature.raw), scale: self(feature.normalization?.scale), shift: self(feature.normalization?.shift),
            gate: self(feature.gate), activation: feature.activation)
    }

    /// The gradient of a raw output. The kernel computes it from the gradient `dz`, which the reader of the output
    /// wrote.
    /// - Parameter imageScale: a factor for each image; nil means 1.
    func rawGradient(_ dz: Value, raw: Value, _ normalization: Normalization?, imageScale: Value? = nil) -> RawGradient
    {
        guard let normalization else { return RawGradient(dz: self(dz)) }
        return RawGradient(
            dz: self(dz), raw: self.raw(raw), a: self(normalization.a), b: self(normalization.b),
            c: self(normalization.c),
            imageScale: self(imageScale))
    }
}

extension Feature {
    /// Every value that an operation accesses when it reads the feature map.
    var access: [Value] {
        [raw] + [normalization?.scale, normalization?.shift, gate].compactMap { $0 }
    }
}

/// The output of a convolution: the raw values, the partial sums of their batch statistics, and the normalization that
/// follows.
package struct RawOutput {
    package let raw: Value
    let statistics: Value?
    let statisticsBlocks: Int
    package let normalization: Normalization?
    /// The gradient dz that the reader of this output writes.
    let gradient: Value?
    /// A factor for each image, if the branch is dropped at random (drop-connect).
    package var imageScale: Value?

    init(_ graph: Graph, shape: [Int], statisticsBlocks: Int, normalized: Bool) {
        raw = graph.value(shape, normalized ? graph.rawFormat : .float32)
        self.statisticsBlocks = statisticsBlocks
        statistics = normalized && graph.training ? graph.value([statisticsBlocks, 3, shape[3]]) : nil
        normalization = normalized ? Normalization(graph, channels: shape[3]) : nil
        gradient = graph.training ? graph.gradient(raw) : nil
    }

    var forwardAccess: [Value] { [raw] + [statistics].compactMap { $0 } }
    var backwardAccess: [Value] {
        guard let gradient else { return [] }
        guard let normalization else { return [gradient] }
        return [gradient, raw, normalization.a, normalization.b, normalization.c] + [imageScale].compactMap { $0 }
    }
}

/// A 1×1 convolution y = W·a, or a dense layer if the feature map has the size 1×1.
package final class PointwiseConvolution: Operation {
    package let name: String
    let input: Feature
    let weights: Parameter
    let bias: Parameter?
    package var output: RawOutput
    private let kernel: PointwiseKernel
    private let inputGradient: Value?

    /// - Parameter isNormalized: whether a batch normalization of the output is recorded next. In this case there is no
    ///   bias.
    package init(
        _ graph: Graph, _ name: String, _ input: Feature, outputs: Int, weights: Parameter, bias: Parameter?,
        isNormalized: Bool
    ) {
        precondition(bias == nil || !isNormalized, "batch normalisation has a shift of its own")
        self.name = name
        self.input = input
        self.weights = weights
        self.bias = bias
        kernel = PointwiseKernel(
            rows: input.rows, inner: input.channels, outer: outputs, rowsPerImage: input.rowsPerImage)
        output = RawOutput(
            graph, shape: [input.images, input.height, input.width, outputs],
            statisticsBlocks: kernel.statisticsBlocks, normalized: isNormalized)
        inputGradient = graph.training ? graph.gradient(input.raw) : nil
        precondition(
            input.gate != nil || input.activation == .identity, "an activated map without gate is read by other leaves")
    }

    package var forwardAccess: [Value] { input.access + output.forwardAccess }
    package var backwardAccess: [Value] { input.access + output.backwardAccess + contributions }
    package var contributions: [Value] { [inputGradient].compactMap { $0 } }
    package var memory: WorkingMemory { kernel.memory }

    package func forward(_ run: borrowing Run) {
        kernel.forward(
            run.execution, run.operand(input), weights: run(weights), bias: bias.map { run($0) },
            y: run.raw(output.raw),
            statistics: run(output.statistics), workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        guard let inputGradient, let gradient = output.gradient else { return }
        kernel.backward(
            run.execution, run.operand(input), weights: run(weights),
            dy: run.rawGradient(gradient, raw: output.raw, output.normalization, imageScale: output.imageScale),
            dx: run(inputGradient), beta: run.beta(self, inputGradient), dWeights: run.gradient(weights),
            dBias: bias.map { run.gradient($0) }, workspace: run.workspace)
    }
}

/// A convolution over windows, whose output is normalized.
package final class WindowConvolution<Kernel: WindowKernel>: Operation {
    package let name: String
    package let output: RawOutput
    private let input: Feature
    private let outputs: Int
    private let weights: Parameter
    private let kernel: Kernel
    private let inputGradient: Value?
    private let sums: Value?

    /// - Parameter isFirst: whether the convolution reads the data, which has no gradient.
    package init(
        _ graph: Graph, _ name: String, _ input: Feature, outputs: Int, weights: Parameter, kernel: Kernel,
        isFirst: Bool = false
    ) {
        precondition(input.gate == nil, "a gated map is read by pointwise convolutions")
        self.name = name
        self.input = input
        self.outputs = outputs
        self.weights = weights
        self.kernel = kernel
        output = RawOutput(
            graph, shape: [input.images, kernel.outputHeight, kernel.outputWidth, outputs],
            statisticsBlocks: kernel.statisticsBlocks, normalized: true)
        inputGradient = graph.training && !isFirst ? graph.gradient(input.raw) : nil
        sums = graph.training ? input.normalization?.leaveSums(graph, blocks: kernel.sumsBlocks) : nil
    }

    /// The normalized output, with an activation that its reader applies.
    package func feature(activation: Activation) -> Feature {
        Feature(
            raw: output.raw, images: input.images, height: kernel.outputHeight, width: kernel.outputWidth,
            channels: outputs, normalization: output.normalization, activation: activation)
    }

    package var forwardAccess: [Value] { input.access + output.forwardAccess }
    package var backwardAccess: [Value] {
        input.access + output.backwardAccess + contributions + [sums].compactMap { $0 }
    }
    package var contributions: [Value] { [inputGradient].compactMap { $0 } }
    package var memory: WorkingMemory { kernel.memory }

    package func forward(_ run: borrowing Run) {
        kernel.forward(
            run.execution, run.operand(input), weights: run(weights), y: run.raw(output.raw),
            statistics: run(output.statistics), workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        guard let gradient = output.gradient else { return }
        kernel.backward(
            run.execution, run.operand(input), weights: run(weights),
            dy: run.rawGradient(gradient, raw: output.raw, output.normalization), dz: run(inputGradient),
            beta: inputGradient.map { run.beta(self, $0) } ?? 0, sums: run(sums), dWeights: run.gradient(weights),
            workspace: run.workspace)
    }
}

/// The 3×3 convolution with stride 2 that reads the data, which has no gradient.
package final class StemConvolution: Operation {
    package let name: String
    let input: Value
    let weights: Parameter
    package let output: RawOutput
    package let outputHeight: Int
    package let outputWidth: Int
    private let kernel: StemKernel

    package init(_ graph: Graph, _ name: String, _ input: Value, weights: Parameter, outputs: Int) {
        self.name = name
        self.input = input
        self.weights = weights
        let shape = graph.shape(input)
        kernel = StemKernel(images: shape[0], height: shape[1], width: shape[2], inputs: shape[3], outputs: outputs)
        outputHeight = kernel.outputHeight
        outputWidth = kernel.outputWidth
        output = RawOutput(
            graph, shape: [shape[0], outputHeight, outputWidth, outputs], statisticsBlocks: kernel.statisticsBlocks,
            normalized: true)
    }

    package var forwardAccess: [Value] { [input] + output.forwardAccess }
    package var backwardAccess: [Value] { [input] + output.backwardAccess }
    package var memory: WorkingMemory { kernel.memory }

    package func forward(_ run: borrowing Run) {
        kernel.forward(
            run.execution, run(input), weights: run(weights), y: run.raw(output.raw), statistics: run(output.statistics)
        )
    }

    package func backward(_ run: borrowing Run) {
        guard let gradient = output.gradient else { return }
        kernel.backward(
            run.execution, run(input), dy: run.rawGradient(gradient, raw: output.raw, output.normalization),
            dWeights: run.gradient(weights), workspace: run.workspace)
    }
}
