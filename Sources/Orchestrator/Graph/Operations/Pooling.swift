import OssicleKernels

/// A way to reduce several values to one.
public enum PoolingKind: String, Codable, Sendable, CaseIterable {
    case max
    case average
}

/// Pooling of each image: h(n, c) is the maximum or the mean of the activated values of channel c in image n.
///
/// The gradient goes to the position of the maximum only, or in equal parts to all positions. `Feature.framesAsImages`
/// makes every frame an image, so that each frame is pooled separately.
package final class Pooling: Operation {
    package let name: String
    /// The pooled values, (images, channels).
    package let output: Value
    private let input: Feature
    private let kernel: PoolingKernel
    private let kind: PoolingKind
    /// The positions of the maxima; nil for the mean.
    private let index: Value?
    private let gradients: (dz: Value, sums: Value?, dy: Value)?

    /// - Parameter isDifferentiable: false if no loss depends on the output.
    package init(_ graph: Graph, _ name: String, _ input: Feature, _ kind: PoolingKind, isDifferentiable: Bool = true) {
        self.name = name
        self.input = input
        self.kind = kind
        kernel = PoolingKernel(images: input.images, rows: input.rowsPerImage, channels: input.channels)
        output = graph.value([input.images, input.channels])
        index = kind == .max ? graph.value([input.images, input.channels]) : nil
        let blocks = NormalizationKernel.imageBlocks(
            images: input.images, rows: input.rowsPerImage, channels: input.channels)
        gradients =
            graph.training && isDifferentiable
            ? (
                graph.gradient(input.raw), input.normalization?.leaveSumsOfReader(graph, blocks: blocks),
                graph.gradient(output)
            ) : nil
    }

    package var forwardAccess: [Value] { input.access + [output] + [index].compactMap { $0 } }
    package var backwardAccess: [Value] {
        guard let gradients else { return [] }
        return input.access + [gradients.dz, gradients.dy] + [index, gradients.sums].compactMap { $0 }
    }
    package var contributions: [Value] { [gradients?.dz].compactMap { $0 } }

    package func forward(_ run: borrowing Run) {
        if let index {
            kernel.maximum(run.execution, run.operand(input), y: run(output), index: run(index))
        } else {
            kernel.average(run.execution, run.operand(input), y: run(output))
        }
    }

    package func backward(_ run: borrowing Run) {
        guard let gradients else { return }
        // The kernels store the gradient. Of several readers of a tensor, the one that pools it must be recorded last.
        precondition(run.beta(self, gradients.dz) == 0, "\(name) must be the last reader of its input")
        kernel.backward(
            run.execution, run.operand(input), dy: run(gradients.dy), index: run(index), dz: run(gradients.dz),
            sums: run(gradients.sums))
    }
}

extension Feature {
    /// The feature map of waveforms, (images, 1, time, channels), as a feature map with time as its height,
    /// (images, time, 1, channels).
    public var timeAsHeight: Feature {
        var result = self
        (result.height, result.width) = (width, height)
        return result
    }

    /// The same feature map with every row, which is one frame, as an image: (images · height, 1, width, channels).
    public var framesAsImages: Feature {
        precondition(gate == nil, "a gate belongs to whole images")
        var result = self
        (result.images, result.height) = (images * height, 1)
        return result
    }
}
