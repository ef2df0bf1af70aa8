import CKernels
import Testing

extension KernelTests {
    @Suite struct TimePoolTests {
        struct Shape: Sendable {
            let images: Int, frames: Int, bands: Int, channels: Int, groups: Int
        }

        /// Channel numbers around the vector widths, groups of equal and of unequal width, several blocks, and a single
        /// frame.
        static let shapes: [Shape] =
            Agreement.tails.map { Shape(images: 3, frames: 4, bands: 5, channels: $0, groups: 5) }
            + [
                Shape(images: 70, frames: 6, bands: 4, channels: 112, groups: 4),
                Shape(images: 5, frames: 12, bands: 8, channels: 40, groups: 3),
                Shape(images: 4, frames: 1, bands: 7, channels: 24, groups: 7),
                Shape(images: 2, frames: 9, bands: 6, channels: 20, groups: 1),
                Shape(images: 2, frames: 300, bands: 1, channels: 17, groups: 1),
            ]

        /// A shape with an operand. The stride leaves space for other values of a longer vector.
        struct Problem {
            var plan: ck_time_pool
            let operand: TestOperand
            let values: Int
            var outputs: Int { plan.N * plan.stride }

            init(_ shape: Shape, _ activation: ck_activation, plain: Bool = false) {
                values = shape.groups * shape.channels
                plan = ck_time_pool(
                    N: shape.images, T: shape.frames, W: shape.bands, C: shape.channels, G: shape.groups,
                    stride: 2 * values + 3)
                operand = TestOperand(
                    shape.images, shape.frames * shape.bands, shape.channels, activation, plain: plain)
            }

            /// Writes means and maxima to one vector, as in an embedding. Without `exec`, the reference implementation
            /// runs.
            func forward(_ y: Floats, _ index: UnsafeMutablePointer<Int32>?, _ exec: UnsafePointer<ck_exec>?) {
                operand { x in
                    withUnsafePointer(to: plan) { plan in
                        if let exec {
                            ck_time_pool_forward(exec, plan, x, y.pointer, y.pointer + values, index)
                        } else {
                            ck_time_pool_forward_reference(plan, x, y.pointer, y.pointer + values, index)
                        }
                    }
                }
            }

            func backward(
                _ dy: Floats, _ index: UnsafePointer<Int32>, _ dz: Floats, _ sums: Floats?,
                _ exec: UnsafePointer<ck_exec>?
            ) {
                var plan = plan
                var gradient = ck_time_pool_gradient(dmean: dy.pointer, dmax: dy.pointer + values, index: index)
                operand { x in
                    if let exec {
                        ck_time_pool_backward(exec, &plan, x, &gradient, dz.pointer, sums?.pointer)
                    } else {
                        ck_time_pool_backward_reference(&plan, x, &gradient, dz.pointer, sums?.pointer)
                    }
                }
            }
        }

        @Test(arguments: shapes)
        func pooling_over_time_agrees_with_its_reference(shape: Shape) {
            for (activation, plain) in [(CK_SWISH, false), (CK_RELU, false), (CK_IDENTITY, true)] {
                let t = Problem(shape, activation, plain: plain)
                let count = shape.images * t.values
                let y = Floats(t.outputs)
                let place = [Int32](unsafeUninitializedCapacity: count) { buffer, n in
                    t.forward(y, buffer.baseAddress, nil)
                    n = count
                }
                // |u| < 4, and the relative error of swish is 2e-6. A float sum of `rows` values is rounded at each
                // addition.
                let rows = Double(shape.frames * shape.bands)
                Agreement.check("forward", [y], within: [4 * (2e-6 + rows * Agreement.eps)]) { exec in
                    let o = Floats(t.outputs)
                    t.forward(o, nil, exec)
                    return [o]
                }
                var random = TestRandom(29)
                let dy = random.floats(t.outputs)
                let (dz, sums) = (Floats(t.operand.x.count), Floats(2 * shape.channels))
                t.backward(dy, place, dz, sums, nil)
                let d = 1.6e-5
                let sum = (d * 2 + Agreement.eps * 4) * Double(shape.images) * rows
                Agreement.check("backward", [dz, sums], within: [d, sum]) { exec in
                    let o = Floats(t.operand.x.count)
                    let partials = Floats(t.operand.blocks * 2 * shape.channels)
                    t.backward(dy, place, o, partials, exec)
                    #expect(partials.isIntact)
                    return [o, combined(exec, partials, blocks: t.operand.blocks, channels: shape.channels)]
                }
            }
        }

        @Test func values_kept_as_bfloat16_give_the_bits_of_rounded_floats() {
            let shape = Shape(images: 3, frames: 5, bands: 4, channels: 21, groups: 2)
            let t = Problem(shape, CK_SWISH)
            let halved = t.operand.halved()
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let (a, b) = (Floats(t.outputs), Floats(t.outputs))
                t.forward(a, nil, &execution.exec)
                halved { x in
                    withUnsafePointer(to: t.plan) {
                        ck_time_pool_forward(&execution.exec, $0, x, b.pointer, b.pointer + t.values, nil)
                    }
                }
                #expect(a.values == b.values, "\(isa)")
            }
        }

        @Test func a_nan_reaches_mean_and_maximum_wherever_it_stands() {
            for place in 0..<6 {
                let x = Floats(6 * 3) { $0 % 3 == 1 && $0 / 3 == place ? .nan : Float($0) }
                forEachInstructionSet { isa in
                    let execution = TestExecution(threads: 1, scratchBytes: 64)
                    var operand = ck_operand(
                        x: x.pointer, scale: nil, shift: nil, gate: nil, activation: CK_IDENTITY, x16: nil)
                    var plan = ck_time_pool(N: 1, T: 3, W: 2, C: 3, G: 1, stride: 6)
                    let y = Floats(6)
                    ck_time_pool_forward(&execution.exec, &plan, &operand, y.pointer, y.pointer + 3, nil)
                    #expect((0..<6).map { y[$0].isNaN } == [false, true, false, false, true, false], "\(isa) \(place)")
                }
            }
        }

        @Test func reference_gradient_is_the_slope() {
            let shape = Shape(images: 2, frames: 3, bands: 5, channels: 3, groups: 2)
            let t = Problem(shape, CK_SWISH)
            let y = Floats(t.outputs)
            var random = TestRandom(31)
            let dy = random.floats(t.outputs)
            // The gradient is 0 in the unused space between the values of two images.
            for i in 0..<t.outputs where i % t.plan.stride >= 2 * t.values { dy[i] = 0 }
            var place = [Int32](repeating: 0, count: shape.images * t.values)
            func loss() -> Double {
                t.forward(y, nil, nil)
                return Agreement.dot(y, dy)
            }
            t.forward(y, &place, nil)
            let (dz, sums) = (Floats(t.operand.x.count), Floats(2 * shape.channels))
            t.backward(dy, place, dz, sums, nil)
            Agreement.checkSlope(
                "x", of: t.operand.x,
                Floats(dz.count) { dz[$0] * t.operand.scale[$0 % shape.channels] }, loss: loss)
            Agreement.checkSlope(
                "scale", of: t.operand.scale, Floats(shape.channels) { sums[shape.channels + $0] }, loss: loss)
        }

        @Test func shapes_that_do_not_fit_are_refused() {
            func status(_ change: (inout ck_time_pool) -> Void) -> ck_status {
                var plan = ck_time_pool(N: 2, T: 3, W: 4, C: 5, G: 2, stride: 10)
                change(&plan)
                return ck_time_pool_check(&plan)
            }
            #expect(status { _ in } == CK_OK)
            let changes: [(inout ck_time_pool) -> Void] = [
                { $0.N = 0 }, { $0.T = 0 }, { $0.G = 0 }, { $0.G = 5 }, { $0.stride = 9 }, { $0.C = .max / 2 },
                { $0.T = 1 << 23 },
            ]
            for change in changes { #expect(status(change) == CK_INVALID_SHAPE) }
        }
    }
}
