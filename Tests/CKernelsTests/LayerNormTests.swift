import CKernels
import Testing

extension KernelTests {
    @Suite struct LayerNormTests {
        private static let shapes: [(Int, Int)] = Agreement.tails.map { (3, $0) } + [(40, 20), (70, 512), (1, 1280)]

        private struct Rows {
            let size: ck_rows, x: Floats, gamma: Floats, beta: Floats, dy: Floats
            let eps: Float = 1e-5
            init(_ rows: Int, _ width: Int) {
                var random = TestRandom(UInt64(31 * rows + width))
                size = ck_rows(M: rows, D: width)
                x = random.floats(rows * width, scale: 2, offset: 0.5)
                gamma = random.floats(width, scale: 0.5, offset: 1)
                beta = random.floats(width)
                dy = random.floats(rows * width)
            }
            func plan(_ activation: ck_row_activation) -> ck_layernorm {
                var plan = ck_layernorm()
                #expect(ck_layernorm_plan(&plan, size, eps, activation) == CK_OK)
                return plan
            }
            func forwardReference(_ activation: ck_row_activation) -> [Floats] {
                var plan = plan(activation)
                let o = outputs()
                var pointers = pointers(o)
                ck_layernorm_forward_reference(&plan, x.pointer, gamma.pointer, beta.pointer, &pointers)
                return o
            }
            /// Memory for y, mean and inverse standard deviation.
            func outputs() -> [Floats] { [Floats(size.M * size.D), Floats(size.M), Floats(size.M)] }
            func pointers(_ o: [Floats]) -> ck_layernorm_outputs {
                ck_layernorm_outputs(y: o[0].pointer, mean: o[1].pointer, inv_std: o[2].pointer)
            }
            /// The gradients of x, gamma and beta.
            func gradients(_ o: [Floats], _ update: ck_update) -> ck_layernorm_gradients {
                ck_layernorm_gradients(dx: o[0].pointer, update: update, dgamma: o[1].pointer, dbeta: o[2].pointer)
            }
            /// The inputs and outputs of the forward pass that the backward pass reads. `forward` contains y, mean and
            /// inverse standard deviation.
            func kept(_ forward: [Floats]) -> ck_layernorm_kept {
                ck_layernorm_kept(
                    x: x.pointer, gamma: gamma.pointer, y: forward[0].pointer, mean: forward[1].pointer,
                    inv_std: forward[2].pointer)
            }
        }

        @Test(arguments: shapes)
        func layernorm_agrees_with_its_reference(rows: Int, width: Int) {
            let r = Rows(rows, width)
            for activation in [CK_ROW_IDENTITY, CK_ROW_TANH] {
                var plan = r.plan(activation)
                let forward = r.forwardReference(activation)
                var kept = r.kept(forward)
                // The error of a row sum in float is at most about eps·√D. It is multiplied by the inverse standard
                // deviation of the row, which is 316 for a row with one value.
                let unit = Agreement.eps * 16
                let gain = max(1, Agreement.largest(forward[2]))
                let out = unit * gain * 4 + 1e-6
                Agreement.check("forward", forward, within: [out, unit, unit * gain * gain]) { exec in
                    let o = r.outputs()
                    var pointers = r.pointers(o)
                    ck_layernorm_forward(exec, &plan, r.x.pointer, r.gamma.pointer, r.beta.pointer, &pointers)
                    return o
                }
                for update in [CK_STORE, CK_ADD] {
                    let before = Floats(rows * width) { Float($0 % 7) - 3 }
                    let start = { [Floats(rows * width) { before[$0] }, Floats(width), Floats(width)] }
                    let expected = start()
                    var reference = r.gradients(expected, update)
                    ck_layernorm_backward_reference(&plan, &kept, r.dy.pointer, &reference)
                    let terms = Double(rows) * Agreement.eps * 4 * gain
                    Agreement.check("backward", expected, within: [out * gain, terms + 1e-6, terms + 1e-6]) { exec in
                        let o = start()
                        let workspace = Floats(plan.workspace_bytes / 4)
                        var gradients = r.gradients(o, update)
                        ck_layernorm_backward(exec, &plan, &kept, r.dy.pointer, &gradients, workspace.pointer)
                        #expect(workspace.isIntact)
                        return o
                    }
                }
            }
        }

        @Test(arguments: [true, false])
        func reference_gradient_of_layernorm_is_the_slope(tanh: Bool) {
            let r = Rows(3, 6)
            let activation = tanh ? CK_ROW_TANH : CK_ROW_IDENTITY
            let forward = r.forwardReference(activation)
            let g = [Floats(18), Floats(6), Floats(6)]
            var (plan, kept, gradients) = (r.plan(activation), r.kept(forward), r.gradients(g, CK_STORE))
            ck_layernorm_backward_reference(&plan, &kept, r.dy.pointer, &gradients)
            func loss() -> Double { Agreement.dot(r.forwardReference(activation)[0], r.dy) }
            Agreement.checkSlope("x", of: r.x, g[0], loss: loss)
            Agreement.checkSlope("gamma", of: r.gamma, g[1], loss: loss)
            Agreement.checkSlope("beta", of: r.beta, g[2], loss: loss)
        }

        @Test(arguments: shapes)
        func l2_normalisation_agrees_with_its_reference(rows: Int, width: Int) {
            let r = Rows(rows, width)
            let y = Floats(rows * width)
            let inverse = Floats(rows)
            let dx = Floats(rows * width)
            ck_l2_normalize_forward_reference(r.size, r.x.pointer, y.pointer, inverse.pointer)
            ck_l2_normalize_backward_reference(r.size, y.pointer, inverse.pointer, r.dy.pointer, dx.pointer, CK_STORE)
            // |y| ≤ 1. The error of the norm is eps·√D. In dx, errors are multiplied by 1/norm.
            let gain = max(1, Agreement.largest(inverse))
            let unit = Agreement.eps * 8
            Agreement.check("forward", [y, inverse], within: [unit, unit * gain]) { exec in
                let o = [Floats(rows * width), Floats(rows)]
                ck_l2_normalize_forward(exec, r.size, r.x.pointer, o[0].pointer, o[1].pointer)
                return o
            }
            let length = 1 + Double(width).squareRoot()  // of dy
            Agreement.check("backward", [dx], within: [unit * gain * length]) { exec in
                let o = Floats(rows * width)
                ck_l2_normalize_backward(exec, r.size, y.pointer, inverse.pointer, r.dy.pointer, o.pointer, CK_STORE)
                return [o]
            }
            let sum = Agreement.copy(r.x)
            ck_l2_normalize_backward_reference(r.size, y.pointer, inverse.pointer, r.dy.pointer, sum.pointer, CK_ADD)
            Agreement.check("backward, added", [sum], within: [unit * (gain * length + Agreement.largest(r.x))]) {
                exec in
                let o = Agreement.copy(r.x)
                ck_l2_normalize_backward(exec, r.size, y.pointer, inverse.pointer, r.dy.pointer, o.pointer, CK_ADD)
                return [o]
            }
        }

        @Test func reference_gradient_of_l2_normalisation_is_the_slope() {
            let r = Rows(3, 5)
            let y = Floats(15)
            let inverse = Floats(3)
            let dx = Floats(15)
            func loss() -> Double {
                ck_l2_normalize_forward_reference(r.size, r.x.pointer, y.pointer, inverse.pointer)
                return Agreement.dot(y, r.dy)
            }
            _ = loss()
            ck_l2_normalize_backward_reference(r.size, y.pointer, inverse.pointer, r.dy.pointer, dx.pointer, CK_STORE)
            Agreement.checkSlope("x", of: r.x, dx, loss: loss)
        }

        @Test func a_row_of_zeros_stays_finite() {
            let zero = Floats(17)
            let dy = Floats(17) { _ in 1e-12 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let y = Floats(17)
                let dx = Floats(17)
                let inverse = Floats(1)
                let row = ck_rows(M: 1, D: 17)
                ck_l2_normalize_forward(&execution.exec, row, zero.pointer, y.pointer, inverse.pointer)
                ck_l2_normalize_backward(
                    &execution.exec, row, y.pointer, inverse.pointer, dy.pointer, dx.pointer, CK_STORE)
                #expect(y.values.allSatisfy { $0 == 0 } && dx.values.allSatisfy { abs($0 - 1) < 1e-6 }, "\(isa)")
            }
        }
    }
}
