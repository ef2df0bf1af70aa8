import CKernels

extension KernelCase {
    /// A 1×1 convolution, forward and backward. With fewer outputs than inputs it is a projection, which reads its
    /// operand through batch norm, swish and gate. Otherwise it is an expansion, which reads the operand without them.
    static func pointwise(rowsPerView rows: Int, _ inputs: Int, _ outputs: Int, count: Int, views: Int) -> [KernelCase]
    {
        let total = rows * views
        var plan = ck_pointwise()
        guard ck_pointwise_plan(&plan, total, inputs, outputs, rows) == CK_OK else { return [] }
        let (ready, isExpansion) = (plan, inputs < outputs)
        let (x, y) = (4.0 * Double(total * inputs), 4.0 * Double(total * outputs))
        let operations = 2 * Double(total) * Double(inputs) * Double(outputs)
        func operand() -> BenchOperand {
            BenchOperand(rows: total, channels: inputs, images: views, isPlain: isExpansion, isGated: !isExpansion)
        }
        let forward = KernelCase(
            name: "pointwise forward \(rows)×\(inputs)→\(outputs)", operations: operations, bytes: x + y,
            scratchBytes: ready.scratch_bytes, count: count
        ) {
            let (input, w, output) = (operand(), BenchFloats(outputs * inputs), BenchFloats(total * outputs))
            let statistics = BenchFloats(ready.statistics_blocks * 3 * outputs)
            let workspace = BenchFloats(ready.forward_workspace_bytes / 4)
            var (a, p) = (input.operand, ready)
            return { exec in
                var y = ck_output(y: output.pointer, y16: nil, statistics: statistics.pointer)
                ck_pointwise_forward(exec, &p, &a, w.pointer, nil, &y, workspace.pointer)
                withExtendedLifetime(input) {}
            }
        }
        let backward = KernelCase(
            name: "pointwise backward \(rows)×\(inputs)→\(outputs)", operations: 2 * operations, bytes: 2 * x + 2 * y,
            scratchBytes: ready.scratch_bytes, count: count
        ) {
            let (input, w, dx, dw) = (
                operand(), BenchFloats(outputs * inputs), BenchFloats(total * inputs), BenchFloats(outputs * inputs)
            )
            let output = BenchGradient(rows: total, channels: outputs)
            let workspace = BenchFloats(ready.backward_workspace_bytes / 4)
            var (a, g, p) = (input.operand, output.gradient, ready)
            return { exec in
                var results = ck_pointwise_gradients(dx: dx.pointer, update: CK_STORE, dw: dw.pointer, dbias: nil)
                ck_pointwise_backward(exec, &p, &a, w.pointer, &g, &results, workspace.pointer)
                withExtendedLifetime((input, output)) {}
            }
        }
        return [forward, backward]
    }

    /// A k×k depthwise convolution, forward and backward, which reads its operand through batch norm and swish.
    static func depthwise(
        _ height: Int, _ width: Int, _ channels: Int, kernel k: Int, stride s: Int, count: Int, views: Int
    ) -> [KernelCase] {
        var plan = ck_depthwise()
        var size = ck_depthwise_shape(N: views, H: height, W: width, C: channels, kernel: k, stride_h: s, stride_w: s)
        guard ck_depthwise_plan(&plan, &size) == CK_OK else { return [] }
        let ready = plan
        let (rowsIn, rowsOut) = (views * height * width, views * plan.P * plan.Q)
        let (x, y) = (4.0 * Double(rowsIn * channels), 4.0 * Double(rowsOut * channels))
        let operations = 2.0 * Double(rowsOut * channels * k * k)
        let shape = "\(height)×\(width)×\(channels) k\(k) s\(s)"
        let forward = KernelCase(
            name: "depthwise forward \(shape)", operations: operations, bytes: x + y,
            scratchBytes: ready.scratch_bytes, count: count
        ) {
            let input = BenchOperand(rows: rowsIn, channels: channels, images: views)
            let (w, output) = (BenchFloats(k * k * channels), BenchFloats(rowsOut * channels))
            let statistics = BenchFloats(ready.statistics_blocks * 3 * channels)
            var (a, p) = (input.operand, ready)
            return { exec in
                var y = ck_output(y: output.pointer, y16: nil, statistics: statistics.pointer)
                ck_depthwise_forward(exec, &p, &a, w.pointer, &y)
                withExtendedLifetime(input) {}
            }
        }
        let backward = KernelCase(
            name: "depthwise backward \(shape)", operations: 2 * operations, bytes: 2 * x + 2 * y,
            scratchBytes: ready.scratch_bytes, count: count
        ) {
            let input = BenchOperand(rows: rowsIn, channels: channels, images: views)
            let output = BenchGradient(rows: rowsOut, channels: channels)
            let (w, dz, dw) = (
                BenchFloats(k * k * channels), BenchFloats(rowsIn * channels), BenchFloats(k * k * channels)
            )
            let sums = BenchFloats(ready.statistics_blocks * 2 * channels)
            let workspace = BenchFloats(ready.backward_workspace_bytes / 4)
            var (a, g, p) = (input.operand, output.gradient, ready)
            return { exec in
                var results = ck_convolution_gradients(
                    dz: dz.pointer, update: CK_STORE, dz_sums: sums.pointer, dw: dw.pointer)
                ck_depthwise_backward(exec, &p, &a, w.pointer, &g, &results, workspace.pointer)
                withExtendedLifetime((input, output)) {}
            }
        }
        return [forward, backward]
    }

    /// The 3×3 convolution with stride 2 and one input channel.
    static func stem(_ height: Int, _ width: Int, outputs: Int, views: Int) -> [KernelCase] {
        var plan = ck_stem()
        guard ck_stem_plan(&plan, views, height, width, 1, outputs) == CK_OK else { return [] }
        let ready = plan
        let rows = views * plan.P * plan.Q
        let (x, y) = (4.0 * Double(views * height * width), 4.0 * Double(rows * outputs))
        let operations = 18.0 * Double(rows * outputs)
        let forward = KernelCase(
            name: "stem forward \(height)×\(width)→\(outputs)", operations: operations, bytes: x + y,
            scratchBytes: ready.scratch_bytes
        ) {
            let (input, w, output) = (
                BenchFloats(views * height * width), BenchFloats(9 * outputs), BenchFloats(rows * outputs)
            )
            let statistics = BenchFloats(ready.statistics_blocks * 3 * outputs)
            var p = ready
            return { exec in
                var y = ck_output(y: output.pointer, y16: nil, statistics: statistics.pointer)
                ck_stem_forward(exec, &p, input.pointer, w.pointer, &y)
            }
        }
        let backward = KernelCase(
            name: "stem backward \(height)×\(width)→\(outputs)", operations: operations, bytes: x + 2 * y,
            scratchBytes: ready.scratch_bytes
        ) {
            let (input, dw) = (BenchFloats(views * height * width), BenchFloats(9 * outputs))
            let output = BenchGradient(rows: rows, channels: outputs)
            let workspace = BenchFloats(ready.backward_workspace_bytes / 4)
            var (g, p) = (output.gradient, ready)
            return { exec in
                ck_stem_backward(exec, &p, input.pointer, &g, dw.pointer, workspace.pointer)
                withExtendedLifetime(output) {}
            }
        }
        return [forward, backward]
    }
}
