import CKernels
import Orchestrator

extension KernelCase {
    /// A k×k convolution (1×k for feature maps of one row), forward and backward: the direct method, and Winograd tiles
    /// if they support the shape. Both count the operations of the direct method. The input of the first layer is data,
    /// which has no gradient.
    static func conv2d(
        _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, kernel k: Int, stride s: Int, count: Int, views: Int
    ) -> [KernelCase] {
        let isLine = height == 1
        var shape = ck_conv2d_shape(
            N: views, H: height, W: width, C: inputs, O: outputs, kernel_h: isLine ? 1 : k, kernel_w: k,
            stride_h: isLine ? 1 : s, stride_w: s, padding_h: isLine ? 0 : k / 2, padding_w: k / 2)
        let name = "\(height)×\(width)×\(inputs)→\(outputs) k\(k) s\(s)"
        return [("direct", CK_CONV2D_DIRECT), ("winograd", CK_CONV2D_WINOGRAD)].flatMap { label, method in
            var plan = ck_conv2d()
            guard ck_conv2d_plan(&plan, &shape, method) == CK_OK else { return [KernelCase]() }
            return conv2d(plan, family: "conv2d-\(label)", name, count: count)
        }
    }

    private static func conv2d(_ plan: ck_conv2d, family: String, _ name: String, count: Int) -> [KernelCase] {
        let s = plan.shape
        let (rowsIn, rowsOut, taps) = (s.N * s.H * s.W, s.N * plan.P * plan.Q, s.kernel_h * s.kernel_w)
        let (x, y) = (4.0 * Double(rowsIn * s.C), 4.0 * Double(rowsOut * s.O))
        let operations = 2 * Double(rowsOut * s.O) * Double(taps * s.C)
        let isFirst = s.C < 8
        func operand() -> BenchOperand {
            BenchOperand(rows: rowsIn, channels: s.C, images: s.N, isPlain: isFirst, activation: CK_RELU)
        }
        let forward = KernelCase(
            name: "\(family) forward \(name)", operations: operations, bytes: x + y, scratchBytes: plan.scratch_bytes,
            count: count
        ) {
            let (input, w, output) = (operand(), BenchFloats(taps * s.C * s.O), BenchFloats(rowsOut * s.O))
            let statistics = BenchFloats(plan.statistics_blocks * 3 * s.O)
            let workspace = BenchFloats(plan.forward_workspace_bytes / 4)
            var (a, p) = (input.operand, plan)
            return { exec in
                var y = ck_output(y: output.pointer, y16: nil, statistics: statistics.pointer)
                ck_conv2d_forward(exec, &p, &a, w.pointer, &y, workspace.pointer)
                withExtendedLifetime(input) {}
            }
        }
        let backward = KernelCase(
            name: "\(family) backward \(name)", operations: (isFirst ? 1 : 2) * operations, bytes: 2 * x + 2 * y,
            scratchBytes: plan.scratch_bytes, count: count
        ) {
            let (input, output) = (operand(), BenchGradient(rows: rowsOut, channels: s.O))
            let (w, dw) = (BenchFloats(taps * s.C * s.O), BenchFloats(taps * s.C * s.O))
            let dz = isFirst ? nil : BenchFloats(rowsIn * s.C)
            let sums = BenchFloats(plan.sums_blocks * 2 * s.C)
            let workspace = BenchFloats(plan.backward_workspace_bytes / 4)
            var (a, g, p) = (input.operand, output.gradient, plan)
            return { exec in
                var results = ck_convolution_gradients(
                    dz: dz?.pointer, update: CK_STORE, dz_sums: sums.pointer, dw: dw.pointer)
                ck_conv2d_backward(exec, &p, &a, w.pointer, &g, &results, workspace.pointer)
                withExtendedLifetime((input, output)) {}
            }
        }
        return [forward, backward]
    }

    /// k×k max pooling (1×k for feature maps of one row) with stride 2 and padding 1, which reads its operand through
    /// batch norm and ReLU.
    static func maxpool(_ height: Int, _ width: Int, _ channels: Int, kernel k: Int, views: Int) -> [KernelCase] {
        let isLine = height == 1
        var plan = ck_maxpool()
        (plan.N, plan.H, plan.W, plan.C) = (views, height, width, channels)
        (plan.kernel_h, plan.kernel_w) = (isLine ? 1 : k, k)
        (plan.stride_h, plan.stride_w) = (isLine ? 1 : 2, 2)
        (plan.padding_h, plan.padding_w) = (isLine ? 0 : 1, 1)
        guard ck_maxpool_plan(&plan) == CK_OK else { return [] }
        let ready = plan
        let (rowsIn, rowsOut) = (views * height * width, views * plan.P * plan.Q)
        let (x, y) = (4.0 * Double(rowsIn * channels), 4.0 * Double(rowsOut * channels))
        func make(_ direction: String, bytes: Double, isBackward: Bool) -> KernelCase {
            KernelCase(name: "maxpool \(direction) \(height)×\(width)×\(channels) k\(k)", operations: 0, bytes: bytes) {
                let input = BenchOperand(rows: rowsIn, channels: channels, images: views, activation: CK_RELU)
                let (output, dz) = (BenchFloats(rowsOut * channels), BenchFloats(isBackward ? rowsIn * channels : 1))
                let sums = BenchFloats(views * 2 * channels)
                var (a, p) = (input.operand, ready)
                return { exec in
                    if isBackward {
                        ck_maxpool_backward(exec, &p, &a, output.pointer, dz.pointer, sums.pointer)
                    } else {
                        ck_maxpool_forward(exec, &p, &a, output.pointer)
                    }
                    withExtendedLifetime(input) {}
                }
            }
        }
        return [
            make("forward", bytes: x + y, isBackward: false), make("backward", bytes: 2 * x + y, isBackward: true),
        ]
    }

    /// The addition at the end of a residual block whose other branch is the identity.
    static func residual(rowsPerView rows: Int, _ channels: Int, count: Int, views: Int) -> [KernelCase] {
        let (floats, images) = (views * rows * channels, ck_images(N: views, R: rows, C: channels))
        func make(_ direction: String, maps: Double, isBackward: Bool) -> KernelCase {
            KernelCase(
                name: "residual \(direction) \(rows)×\(channels)", operations: 0, bytes: 4 * maps * Double(floats),
                count: count
            ) {
                let (raw, other, y) = (BenchFloats(floats), BenchFloats(floats), BenchFloats(floats))
                let scales = BenchFloats(2 * channels)
                let sums = BenchFloats(2 * ck_image_blocks(images) * channels)
                var branch = ck_branch(raw: raw.pointer, scale: scales.pointer, shift: scales.pointer + channels)
                var identity = ck_branch(raw: other.pointer, scale: nil, shift: nil)
                return { exec in
                    if isBackward {
                        var kept = ck_residual_kept(y: y.pointer, raw: raw.pointer, other_raw: nil)
                        var gradients = ck_residual_gradients(dz: other.pointer, sums: sums.pointer, other_sums: nil)
                        ck_residual_backward(exec, images, &kept, other.pointer, &gradients)
                    } else {
                        ck_residual_forward(exec, images, &branch, &identity, y.pointer)
                    }
                    withExtendedLifetime(scales) {}
                }
            }
        }
        return [make("forward", maps: 3, isBackward: false), make("backward", maps: 4, isBackward: true)]
    }
}
