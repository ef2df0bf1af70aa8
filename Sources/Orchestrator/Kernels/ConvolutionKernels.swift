import CKernels

/// The strides of a convolution along the height (time) and the width (mel): 1 and 1, 2 and 2, or 1 and 2.
public struct Stride: Sendable, Equatable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    public static let one = Stride(height: 1, width: 1)
}

/// A convolution over windows of a feature map: depthwise (each channel separately) or dense (all channels together).
package protocol WindowKernel {
    var outputHeight: Int { get }
    var outputWidth: Int { get }
    /// The number of blocks of the statistics that the forward pass writes.
    var statisticsBlocks: Int { get }
    /// The number of blocks of the sums that the backward pass writes.
    var sumsBlocks: Int { get }
    var memory: WorkingMemory { get }
    func forward(
        _ execution: Execution, _ x: Operand, weights: Buffer, y: RawBuffer, statistics: Buffer?, workspace: Buffer)
    /// Computes the gradients of the input and of the weights.
    ///
    /// - Parameter dz: the gradient of the input. It is nil if the input is data, which has no gradient.
    func backward(
        _ execution: Execution, _ x: Operand, weights: Buffer, dy: RawGradient, dz: Buffer?, beta: Float,
        sums: Buffer?, dWeights: Buffer, workspace: Buffer)
}

/// A depthwise k×k convolution (ck_depthwise.h).
package struct DepthwiseKernel: WindowKernel {
    private var plan = ck_depthwise()

    package init(images: Int, height: Int, width: Int, channels: Int, kernel: Int, stride: Stride) {
        var shape = ck_depthwise_shape(
            N: images, H: height, W: width, C: channels, kernel: kernel, stride_h: stride.height,
            stride_w: stride.width)
        expectPlanned(
            ck_depthwise_plan(&plan, &shape),
            "depthwise \(height)×\(width)×\(channels) k\(kernel) s\(stride.height),\(stride.width)")
    }

    package var outputHeight: Int { plan.P }
    package var outputWidth: Int { plan.Q }
    package var statisticsBlocks: Int { plan.statistics_blocks }
    package var sumsBlocks: Int { plan.statistics_blocks }
    package var memory: WorkingMemory {
        WorkingMemory(workspace: plan.backward_workspace_bytes, scratch: plan.scratch_bytes)
    }

    package func forward(
        _ execution: Execution, _ x: Operand, weights: Buffer, y: RawBuffer, statistics: Buffer?, workspace: Buffer
    ) {
        var (plan, operand, output) = (plan, x.c, y.output(statistics))
        execution { ck_depthwise_forward($0, &plan, &operand, weights.base, &output) }
    }

    package func backward(
        _ execution: Execution, _ x: Operand, weights: Buffer, dy: RawGradient, dz: Buffer?, beta: Float,
        sums: Buffer?, dWeights: Buffer, workspace: Buffer
    ) {
        guard let dz else { preconditionFailure("no depthwise convolution reads the data") }
        var (plan, operand, gradient) = (plan, x.c, dy.pointers)
        var results = ck_convolution_gradients(
            dz: dz.base, update: ck_update(beta: beta), dz_sums: sums?.base, dw: dWeights.base)
        execution { ck_depthwise_backward($0, &plan, &operand, weights.base, &gradient, &results, workspace.base) }
    }
}

/// The 3×3 convolution with stride 2 that reads the input of the encoder (ck_stem.h).
package struct StemKernel {
    private var plan = ck_stem()

    package init(images: Int, height: Int, width: Int, inputs: Int, outputs: Int) {
        expectPlanned(ck_stem_plan(&plan, images, height, width, inputs, outputs), "stem \(height)×\(width)×\(inputs)")
    }

    package var outputHeight: Int { plan.P }
    package var outputWidth: Int { plan.Q }
    package var statisticsBlocks: Int { plan.statistics_blocks }
    package var memory: WorkingMemory {
        WorkingMemory(workspace: plan.backward_workspace_bytes, scratch: plan.scratch_bytes)
    }

    package func forward(_ execution: Execution, _ x: Buffer, weights: Buffer, y: RawBuffer, statistics: Buffer?) {
        var (plan, output) = (plan, y.output(statistics))
        execution { ck_stem_forward($0, &plan, x.base, weights.base, &output) }
    }

    package func backward(_ execution: Execution, _ x: Buffer, dy: RawGradient, dWeights: Buffer, workspace: Buffer) {
        var (plan, gradient) = (plan, dy.pointers)
        execution { ck_stem_backward($0, &plan, x.base, &gradient, dWeights.base, workspace.base) }
    }
}
