import CKernels
import Testing

extension KernelTests {
    @Suite struct MaxpoolTests {
        /// A shape (N, H, W) with kernel, stride and padding, each as (vertical, horizontal).
        struct Window: Sendable {
            var n: Int, h: Int, w: Int
            var kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int)
        }

        /// The max pooling of ResNet-18 in two dimensions and in one dimension (with several bands), windows that do
        /// not touch each other, and windows that are not square.
        static let windows = [
            Window(n: 2, h: 9, w: 8, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
            Window(n: 1, h: 1, w: 5, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
            Window(n: 3, h: 1, w: 300, kernel: (1, 9), stride: (1, 2), padding: (0, 1)),
            Window(n: 2, h: 5, w: 7, kernel: (1, 1), stride: (2, 2), padding: (0, 0)),
            Window(n: 2, h: 6, w: 9, kernel: (2, 5), stride: (1, 1), padding: (0, 2)),
        ]

        /// A problem whose values and coefficients are small binary fractions. Thus float and double give the same
        /// maxima, and many values are equal.
        private struct Problem {
            var plan = ck_maxpool()
            let x, scale, shift, dy: Floats
            let activation: ck_activation

            init(_ window: Window, _ channels: Int, _ activation: ck_activation) {
                plan.N = window.n
                (plan.H, plan.W, plan.C) = (window.h, window.w, channels)
                (plan.kernel_h, plan.kernel_w) = window.kernel
                (plan.stride_h, plan.stride_w) = window.stride
                (plan.padding_h, plan.padding_w) = window.padding
                precondition(ck_maxpool_plan(&plan) == CK_OK)
                var random = TestRandom(UInt64(channels))
                x = Floats(plan.N * plan.H * plan.W * channels) { _ in (random.next() * 16).rounded() / 8 }
                scale = Floats(channels) { [1, -0.5, 2, 0.25][$0 % 4] }
                shift = Floats(channels) { [0.5, 0.25, -1][$0 % 3] }
                dy = random.floats(plan.N * plan.P * plan.Q * channels)
                self.activation = activation
            }

            func forward(_ run: (UnsafePointer<ck_maxpool>, UnsafePointer<ck_operand>, Floats) -> Void) -> Floats {
                let y = Floats(dy.count) { _ in .nan }
                var (plan, operand) = (plan, operand)
                run(&plan, &operand, y)
                return y
            }

            func backward(_ run: (UnsafePointer<ck_maxpool>, UnsafePointer<ck_operand>, Floats) -> Void) -> Floats {
                let dz = Floats(x.count) { _ in .nan }
                var (plan, operand) = (plan, operand)
                run(&plan, &operand, dz)
                return dz
            }

            var operand: ck_operand {
                ck_operand(
                    x: x.pointer, scale: scale.pointer, shift: shift.pointer, gate: nil, activation: activation,
                    x16: nil)
            }
        }

        @Test(arguments: Array(Agreement.tails.enumerated()))
        func maxima_and_gradients_agree_with_the_reference(index: Int, channels: Int) {
            for (window, activation) in [
                (Self.windows[index % 5], CK_RELU), (Self.windows[(index + 2) % 5], CK_IDENTITY),
            ] {
                let t = Problem(window, channels, activation)
                let y = t.forward { ck_maxpool_forward_reference($0, $1, $2.pointer) }
                Agreement.check("maxpool", [y], within: [0]) { exec in
                    [t.forward { ck_maxpool_forward(exec, $0, $1, $2.pointer) }]
                }
                let dz = t.backward { ck_maxpool_backward_reference($0, $1, t.dy.pointer, $2.pointer) }
                let sums = Floats(2 * channels)
                for i in 0..<dz.count {
                    sums[i % channels] += dz[i]
                    sums[channels + i % channels] += dz[i] * t.x[i]
                }
                // A pixel is in at most 25 windows, |x| ≤ 2, |dy| < 1, and each output is added at most once.
                let rounding = 25 * Agreement.eps
                let sum = 2 * Agreement.eps * Double(t.x.count / channels * 2 * 25)
                Agreement.check("maxpool backward", [dz, sums], within: [rounding * 25, sum]) { exec in
                    let partials = Floats(window.n * 2 * channels)
                    let dz = t.backward {
                        ck_maxpool_backward(exec, $0, $1, t.dy.pointer, $2.pointer, partials.pointer)
                    }
                    #expect(partials.isIntact)
                    return [dz, combined(exec, partials, blocks: window.n, channels: channels)]
                }
            }
        }

        @Test func of_equal_values_the_first_takes_the_gradient() {
            let t = Problem(Window(n: 1, h: 3, w: 3, kernel: (3, 3), stride: (1, 1), padding: (0, 0)), 17, CK_IDENTITY)
            for i in 0..<t.x.count { t.x[i] = i / 17 == 0 ? -8 : 1 }  // the scales have both signs
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let dz = t.backward {
                    ck_maxpool_backward(&execution.exec, $0, $1, t.dy.pointer, $2.pointer, nil)
                }
                for c in 0..<17 {
                    let first = t.scale[c] > 0 ? 1 : 0
                    for pixel in 0..<9 { #expect(dz[pixel * 17 + c] == (pixel == first ? t.dy[c] : 0), "\(isa)") }
                }
            }
        }

        @Test func the_reference_gradient_is_the_slope() {
            let t = Problem(Self.windows[0], 3, CK_SWISH)
            var random = TestRandom(3)
            for i in 0..<t.x.count { t.x[i] = 2 * random.next() }  // without equal values
            let dz = t.backward { ck_maxpool_backward_reference($0, $1, t.dy.pointer, $2.pointer) }
            let dx = Floats(t.x.count) { dz[$0] * t.scale[$0 % 3] }
            Agreement.checkSlope("x", of: t.x, dx) {
                Agreement.dot(t.forward { ck_maxpool_forward_reference($0, $1, $2.pointer) }, t.dy)
            }
        }

        @Test func impossible_windows_are_refused() {
            func status(_ kernel: Int, _ stride: Int, _ padding: Int) -> ck_status {
                var plan = ck_maxpool()
                (plan.N, plan.H, plan.W, plan.C) = (1, 4, 4, 8)
                (plan.kernel_h, plan.kernel_w) = (kernel, kernel)
                (plan.stride_h, plan.stride_w) = (stride, stride)
                (plan.padding_h, plan.padding_w) = (padding, padding)
                return ck_maxpool_plan(&plan)
            }
            #expect(status(3, 2, 1) == CK_OK)
            #expect(status(2, 2, 1) == CK_INVALID_SHAPE)
            #expect(status(3, 3, 1) == CK_INVALID_SHAPE)
            #expect(status(7, 1, 1) == CK_INVALID_SHAPE)
        }
    }
}
