import CKernels
import Foundation
import Testing

/// The functions of `isa/math.h`, tested through kernels that apply them to each element.
extension KernelTests {
    @Suite struct ElementwiseMathTests {
        /// Points from −20 to 20, which are closer to each other near 0.
        private let points = Floats(4001) { Float(pow(Double($0 - 2000) / 2000, 3) * 20) }

        @Test(arguments: Agreement.tails + [16385])
        func tanh_is_good_to_the_promised_error_and_its_gradient_is_exact(count: Int) {
            let x = Floats(count) { points[$0 * 37 % 4001] }
            let y = Floats(count) { Float(tanh(Double(x[$0]))) }
            let dx = Floats(count) { Float(0.5 * (1 - Double(y[$0]) * Double(y[$0]))) }
            let dy = Floats(count) { _ in 0.5 }
            // The header states an error of 2e-7 without rounding. 1/(1 + e) and 2σ − 1 are also rounded, at values
            // near 1.
            Agreement.check("tanh", [y], within: [2e-7 + 2 * Agreement.eps]) { exec in
                let o = Floats(count)
                ck_tanh_forward(exec, count, x.pointer, o.pointer)
                return [o]
            }
            Agreement.check("tanh backward", [dx], within: [Agreement.eps]) { exec in
                let o = Floats(count)
                ck_tanh_backward(exec, count, y.pointer, dy.pointer, o.pointer)
                return [o]
            }
        }

        /// With one row per image, the mean of `ck_squeeze_forward` is the activation itself, and the gradient of
        /// `ck_squeeze_backward` is its derivative.
        @Test func swish_and_its_derivative_are_good_to_two_millionths() {
            let channels = points.count
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                var operand = ck_operand(
                    x: points.pointer, scale: nil, shift: nil, gate: nil, activation: CK_SWISH, x16: nil)
                let u = Floats(channels)
                let dz = Floats(channels) { _ in 1 }
                let none = Floats(channels)
                let sums = Floats(2 * channels)
                let pixel = ck_images(N: 1, R: 1, C: channels)
                ck_squeeze_forward(&execution.exec, pixel, &operand, u.pointer)
                ck_squeeze_backward(&execution.exec, pixel, &operand, none.pointer, dz.pointer, sums.pointer)
                for i in 0..<channels {
                    let x = Double(points[i])
                    let s = 1 / (1 + exp(-x))
                    #expect(abs(Double(u[i]) - x * s) <= 2e-6 * abs(x * s), "\(isa): swish(\(x))")
                    // 1 + x·(1 − σ) can be 0. Therefore the error is relative to its larger term.
                    let size = s * max(1, abs(x))
                    #expect(abs(Double(dz[i]) - s * (1 + x * (1 - s))) <= 2e-6 * size, "\(isa): swish'(\(x))")
                }
            }
        }

        /// If the weights of the dense layers are zero, the gate is the sigmoid of the bias.
        @Test func sigmoid_is_good_to_two_millionths() {
            let channels = points.count
            let zeros = Floats(channels)
            let zero = Floats(1)
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let h = Floats(1)
                let gate = Floats(channels)
                var plan = ck_squeeze_excite()
                #expect(ck_squeeze_excite_plan(&plan, ck_images(N: 1, R: 1, C: channels), 1) == CK_OK)
                var weights = ck_excite_weights(
                    w1: zeros.pointer, b1: zero.pointer, w2: zeros.pointer, b2: points.pointer)
                let workspace = Floats(plan.workspace_bytes / 4)
                ck_excite_forward(
                    &execution.exec, &plan, &weights, zeros.pointer, h.pointer, gate.pointer, workspace.pointer)
                for i in 0..<channels {
                    let s = 1 / (1 + exp(-Double(points[i])))
                    #expect(abs(Double(gate[i]) - s) <= 2e-6 * s, "\(isa): sigmoid(\(points[i]))")
                }
            }
        }

        /// The gradient of a softmax row with a maximum of zero is e^s / Σ. The ratio of two such gradients does not
        /// contain Σ.
        @Test func exponentials_of_a_softmax_are_good_to_half_a_millionth() {
            let s = Floats(513) { $0 == 0 ? 0 : -Float($0) / 8 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let g = Floats(513)
                var result = ck_loss_result()
                var workspace = [0.0, 0.0]
                LossTests.withLoss(1, 513, [512]) {
                    ck_softmax_cross_entropy(&execution.exec, $0, s.pointer, g.pointer, &result, &workspace)
                }
                for i in 0..<512 {
                    let want = exp(Double(s[i]))
                    #expect(abs(Double(g[i]) / Double(g[0]) - want) <= 5e-7 * want, "\(isa): e^\(s[i])")
                }
            }
        }

        @Test func a_nan_stays_a_nan_and_infinities_saturate() {
            let x = Floats(19) { [.nan, .infinity, -.infinity, 0, 100, -100][$0 % 6] }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let y = Floats(19)
                ck_tanh_forward(&execution.exec, 19, x.pointer, y.pointer)
                for i in 0..<19 {
                    if x[i].isNaN {
                        #expect(y[i].isNaN, "\(isa)")
                    } else {
                        #expect(abs(y[i] - Float(tanh(Double(x[i])))) < 2e-7, "\(isa): tanh(\(x[i]))")
                    }
                }
            }
        }

        @Test func a_gate_and_a_softmax_show_a_nan() {
            let x = Floats(19) { $0 == 17 ? .nan : 1 }
            let zeros = Floats(19)
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let (gate, h, g) = (Floats(19), Floats(1), Floats(19))
                var plan = ck_squeeze_excite()
                #expect(ck_squeeze_excite_plan(&plan, ck_images(N: 1, R: 1, C: 19), 1) == CK_OK)
                var weights = ck_excite_weights(w1: zeros.pointer, b1: zeros.pointer, w2: zeros.pointer, b2: x.pointer)
                let workspace = Floats(plan.workspace_bytes / 4)
                ck_excite_forward(
                    &execution.exec, &plan, &weights, zeros.pointer, h.pointer, gate.pointer, workspace.pointer)
                #expect(gate[17].isNaN && !gate[16].isNaN && !gate[18].isNaN, "\(isa)")
                var result = ck_loss_result()
                var space = [0.0, 0.0]
                LossTests.withLoss(1, 19, [0]) {
                    ck_softmax_cross_entropy(&execution.exec, $0, x.pointer, g.pointer, &result, &space)
                }
                #expect(result.loss.isNaN, "\(isa)")
            }
        }
    }
}

/// The exponential function, for suites that do not import Foundation.
func exponential(_ x: Double) -> Double { exp(x) }
