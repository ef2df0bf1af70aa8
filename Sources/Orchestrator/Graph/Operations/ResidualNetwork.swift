import OssicleKernels

/// Max-pooling: y is the maximum of the activated values of each window. The gradient goes to the position of the first
/// maximum.
package final class MaxPooling: Operation {
    package let name: String
    package let output: Feature
    private let input: Feature
    private let kernel: MaxPoolKernel
    private let gradients: (dz: Value, sums: Value?, dy: Value)?

    package init(_ graph: Graph, _ name: String, _ input: Feature, window: Window) {
        self.name = name
        self.input = input
        kernel = MaxPoolKernel(
            images: input.images, height: input.height, width: input.width, channels: input.channels, window: window)
        let raw = graph.value([input.images, kernel.outputHeight, kernel.outputWidth, input.channels])
        output = Feature(
            raw: raw, images: input.images, height: kernel.outputHeight, width: kernel.outputWidth,
            channels: input.channels)
        gradients =
            graph.training
            ? (
                graph.gradient(input.raw), input.normalization?.leaveSumsOfReader(graph, blocks: input.images),
                graph.gradient(raw)
            ) : nil
    }

    package var forwardAccess: [Value] { input.access + [output.raw] }
    package var backwardAccess: [Value] {
        guard let gradients else { return [] }
        return input.access + [gradients.dz, gradients.dy] + [gradients.sums].compactMap { $0 }
    }
    package var contributions: [Value] { [gradients?.dz].compactMap { $0 } }

    package func forward(_ run: borrowing Run) { kernel.forward(run.execution, run.operand(input), y: run(output.raw)) }

    package func backward(_ run: borrowing Run) {
        guard let gradients else { return }
        precondition(run.beta(self, gradients.dz) == 0, "\(name) must be the only reader of its input")
        kernel.backward(
            run.execution, run.operand(input), dy: run(gradients.dy), dz: run(gradients.dz), sums: run(gradients.sums))
    }
}

/// The end of a residual block: y = ReLU(BN(raw) + x), or y = ReLU(BN(raw) + BN(raw′)) if the block changes the shape
/// of the feature map.
///
/// In the backward pass, the gradient of y, set to 0 unless y > 0, is equal to the gradients of the normalized values
/// of both branches. All these gradients therefore share memory. If the shortcut is the identity, the first convolution
/// of the branch is the last operation that adds to it.
/// *Reference:* He et al., "Deep residual learning", CVPR 2016.
package final class ResidualSum: Operation {
    /// The second term of the sum.
    package enum Shortcut {
        /// The input of the block.
        case identity(Value)
        /// The output of a convolution, with batch norm.
        case normalized(RawOutput)
    }

    package let name: String
    package let output: Value
    private let branch: RawOutput
    private let shortcut: Shortcut
    private let kernel: ResidualKernel
    private let gradient: Value?
    private let sums: Value?
    private let otherSums: Value?

    package init(_ graph: Graph, _ name: String, _ branch: RawOutput, _ shortcut: Shortcut) {
        let shape = graph.shape(branch.raw)
        self.name = name
        self.branch = branch
        self.shortcut = shortcut
        kernel = ResidualKernel(images: shape[0], rows: shape[1] * shape[2], channels: shape[3])
        output = graph.value(shape)
        guard graph.training else {
            (gradient, sums, otherSums) = (nil, nil, nil)
            return
        }
        let blocks = NormalizationKernel.imageBlocks(
            images: shape[0], rows: shape[1] * shape[2], channels: shape[3])
        gradient = graph.gradient(output)
        sums = branch.normalization?.leaveSums(graph, blocks: blocks)
        graph.alias(graph.gradient(branch.raw), to: graph.gradient(output))
        switch shortcut {
        case .identity(let value):
            otherSums = nil
            graph.alias(graph.gradient(value), to: graph.gradient(output))
        case .normalized(let other):
            otherSums = other.normalization?.leaveSums(graph, blocks: blocks)
            graph.alias(graph.gradient(other.raw), to: graph.gradient(output))
        }
    }

    private static func access(_ branch: RawOutput) -> [Value] {
        [branch.raw] + [branch.normalization?.scale, branch.normalization?.shift].compactMap { $0 }
    }

    package var forwardAccess: [Value] {
        switch shortcut {
        case .identity(let value): Self.access(branch) + [value, output]
        case .normalized(let other): Self.access(branch) + Self.access(other) + [output]
        }
    }
    package var backwardAccess: [Value] {
        let shared = [branch.raw, output] + [gradient, sums, otherSums].compactMap { $0 }
        guard case .normalized(let other) = shortcut else { return shared }
        return shared + [other.raw]
    }

    package func forward(_ run: borrowing Run) {
        func values(_ branch: RawOutput) -> ResidualKernel.Branch {
            ResidualKernel.Branch(
                raw: run(branch.raw), scale: run(branch.normalization?.scale), shift: run(branch.normalization?.shift))
        }
        let other =
            switch shortcut {
            case .identity(let value): ResidualKernel.Branch(raw: run(value))
            case .normalized(let branch): values(branch)
            }
        kernel.forward(run.execution, values(branch), other, y: run(output))
    }

    package func backward(_ run: borrowing Run) {
        guard let gradient, let sums else { return }
        var otherRaw: Buffer?
        if case .normalized(let other) = shortcut { otherRaw = run(other.raw) }
        kernel.backward(
            run.execution, dy: run(gradient), y: run(output), raw: run(branch.raw), otherRaw: otherRaw, sums: run(sums),
            otherSums: run(otherSums))
    }
}
