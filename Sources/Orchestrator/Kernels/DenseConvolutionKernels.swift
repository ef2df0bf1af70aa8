import CKernels

/// The size, stride and padding of a window, in time (height) and mel (width).
public struct Window: Sendable, Equatable {
    public private(set) var height: Int
    public private(set) var width: Int
    /// Whether the window is for feature maps of height 1.
    package private(set) var isAcross = false
    var stride: Stride
    var paddingHeight: Int
    var paddingWidth: Int

    /// Creates a square window. The padding on each side is half the size of the window, rounded down. With an odd size
    /// and a stride of 1, the output has the size of the input.
    public init(_ size: Int, stride: Int = 1) {
        (height, width) = (size, size)
        self.stride = Stride(height: stride, width: stride)
        (paddingHeight, paddingWidth) = (size / 2, size / 2)
    }

    /// Creates a window of height 1, for feature maps of height 1.
    public init(across size: Int, stride: Int = 1, padding: Int) {
        (height, width, isAcross) = (1, size, true)
        self.stride = Stride(height: 1, width: stride)
        (paddingHeight, paddingWidth) = (0, padding)
    }

    package var hasStride: Bool { stride != .one }

    package var withStrideOne: Window {
        var window = self
        window.stride = .one
        return window
    }

    /// A window of size 1 with the same strides, without padding.
    package var onePixel: Window {
        var window = self
        (window.height, window.width, window.paddingHeight, window.paddingWidth) = (1, 1, 0, 0)
        return window
    }
}

/// A dense convolution (ck_conv2d.h).
package struct ConvolutionKernel: WindowKernel {
    private var plan = ck_conv2d()

    /// Plans the convolution.
    ///
    /// - Parameter allowsWinograd: whether Winograd convolution may be used. It exists for windows of 3×3, or 1×9 over
    ///   feature maps of height 1, with a stride of 1.
    package init(
        images: Int, height: Int, width: Int, channels: Int, outputs: Int, window: Window, allowsWinograd: Bool
    ) {
        var shape = ck_conv2d_shape(
            N: images, H: height, W: width, C: channels, O: outputs, kernel_h: window.height, kernel_w: window.width,
            stride_h: window.stride.height, stride_w: window.stride.width, padding_h: window.paddingHeight,
            padding_w: window.paddingWidth)
        if allowsWinograd, ck_conv2d_plan(&plan, &shape, CK_CONV2D_WINOGRAD) == CK_OK { return }
        expectPlanned(
            ck_conv2d_plan(&plan, &shape, CK_CONV2D_DIRECT),
            "convolution \(height)×\(width)×\(channels) → \(outputs) k\(window.height)×\(window.width)")
    }

    package var outputHeight: Int { plan.P }
    package var outputWidth: Int { plan.Q }
    package var statisticsBlocks: Int { plan.statistics_blocks }
    package var sumsBlocks: Int { plan.sums_blocks }
    package var memory: WorkingMemory {
        WorkingMemory(
            workspace: max(plan.forward_workspace_bytes, plan.backward_workspace_bytes), scratch: plan.scratch_bytes)
    }

    package func forward(
        _ execution: Execution, _ x: Operand, weights: Buffer, y: RawBuffer, statistics: Buffer?, workspace: Buffer
    ) {
        var (plan, operand) = (plan, x.c)
        var output = ck_output(y: y.onlyFloats, y16: nil, statistics: statistics?.base)
        execution { ck_conv2d_forward($0, &plan, &operand, weights.base, &output, workspace.base) }
    }

    package func backward(
        _ execution: Execution, _ x: Operand, weights: Buffer, dy: RawGradient, dz: Buffer?, beta: Float,
        sums: Buffer?, dWeights: Buffer, workspace: Buffer
    ) {
        var (plan, operand, gradient) = (plan, x.c, dy.pointers)
        var results = ck_convolution_gradients(
            dz: dz?.base, update: ck_update(beta: beta), dz_sums: sums?.base, dw: dWeights.base)
        execution { ck_conv2d_backward($0, &plan, &operand, weights.base, &gradient, &results, workspace.base) }
    }
}

/// Max pooling: the maximum over windows (ck_maxpool.h).
package struct MaxPoolKernel {
    private var plan: ck_maxpool

    package init(images: Int, height: Int, width: Int, channels: Int, window: Window) {
        plan = ck_maxpool(
            N: images, H: height, W: width, C: channels, kernel_h: window.height, kernel_w: window.width,
            stride_h: window.stride.height, stride_w: window.stride.width, padding_h: window.paddingHeight,
            padding_w: window.paddingWidth, P: 0, Q: 0)
        expectPlanned(ck_maxpool_plan(&plan), "max-pooling \(height)×\(width)×\(channels)")
    }

    package var outputHeight: Int { plan.P }
    package var outputWidth: Int { plan.Q }

    package func forward(_ execution: Execution, _ x: Operand, y: Buffer) {
        var (plan, operand) = (plan, x.c)
        execution { ck_maxpool_forward($0, &plan, &operand, y.base) }
    }

    package func backward(_ execution: Execution, _ x: Operand, dy: Buffer, dz: Buffer, sums: Buffer?) {
        var (plan, operand) = (plan, x.c)
        execution { ck_maxpool_backward($0, &plan, &operand, dy.base, dz.base, sums?.base) }
    }
}

/// The end of a residual block: the sum of two branches, and its ReLU (ck_residual.h).
package struct ResidualKernel {
    private let shape: ck_images

    package init(images: Int, rows: Int, channels: Int) {
        shape = ck_images(N: images, R: rows, C: channels)
        expectPlanned(ck_images_check(shape), "residual sum \(images)×\(rows)×\(channels)")
    }

    /// The raw values of a branch, and the scale and the shift that normalize them. Without scale and shift, the raw
    /// values are used unchanged.
    package struct Branch {
        package var raw: Buffer
        package var scale: Buffer?
        package var shift: Buffer?

        package init(raw: Buffer, scale: Buffer? = nil, shift: Buffer? = nil) {
            self.raw = raw
            self.scale = scale
            self.shift = shift
        }

        var c: ck_branch { ck_branch(raw: raw.base, scale: scale?.base, shift: shift?.base) }
    }

    package func forward(_ execution: Execution, _ branch: Branch, _ other: Branch, y: Buffer) {
        var (a, b) = (branch.c, other.c)
        execution { ck_residual_forward($0, shape, &a, &b, y.base) }
    }

    /// Computes the gradient of both branches, and the sums for their batch normalization.
    ///
    /// - Parameters:
    ///   - dy: on input the gradient of `y`, on output the gradient of the normalized values of both branches.
    ///   - otherRaw: the raw values of the other branch. It is nil, like `otherSums`, if that branch is the identity.
    package func backward(
        _ execution: Execution, dy: Buffer, y: Buffer, raw: Buffer, otherRaw: Buffer?, sums: Buffer, otherSums: Buffer?
    ) {
        var kept = ck_residual_kept(y: y.base, raw: raw.base, other_raw: otherRaw?.base)
        var gradients = ck_residual_gradients(dz: dy.base, sums: sums.base, other_sums: otherSums?.base)
        execution { ck_residual_backward($0, shape, &kept, dy.base, &gradients) }
    }
}
