import CKernels
import Testing

extension KernelTests {
    @Suite struct PoolingTests {
        @Test(arguments: TestOperand.shapes)
        func pooling_agrees_with_its_references(images: Int, rows: Int, channels: Int) {
            for (activation, plain) in [(CK_SWISH, false), (CK_RELU, false), (CK_IDENTITY, false), (CK_IDENTITY, true)]
            {
                let t = TestOperand(images, rows, channels, activation, plain: plain)
                var random = TestRandom(13)
                let dy = random.floats(images * channels)
                let y = Floats(images * channels)
                let place = Places(images * channels)
                t { ck_global_max_forward_reference(t.size, $0, y.pointer, place.pointer) }
                // |u| < 4, and the relative error of swish is 2e-6.
                Agreement.check("max", [y], within: [4 * 2e-6]) { exec in
                    let o = Floats(images * channels)
                    let index = Places(images * channels)
                    t { ck_global_max_forward(exec, t.size, $0, o.pointer, index.pointer) }
                    #expect((0..<images * channels).allSatisfy { index.pointer[$0] >= 0 && index.pointer[$0] < rows })
                    return [o]
                }
                let d = 8e-6
                let sum = (d * 2 + Agreement.eps * 2) * Double(images * rows)
                let dz = Floats(images * rows * channels)
                let sums = Floats(2 * channels)
                t { ck_global_max_backward_reference(t.size, $0, dy.pointer, place.pointer, dz.pointer, sums.pointer) }
                Agreement.check("max backward", [dz, sums], within: [d, sum]) { exec in
                    let o = Floats(images * rows * channels)
                    let partials = Floats(t.blocks * 2 * channels)
                    t {
                        ck_global_max_backward(exec, t.size, $0, dy.pointer, place.pointer, o.pointer, partials.pointer)
                    }
                    #expect(partials.isIntact)
                    return [o, combined(exec, partials, blocks: t.blocks, channels: channels)]
                }
                t { ck_global_average_backward_reference(t.size, $0, dy.pointer, dz.pointer, nil) }
                Agreement.check("average backward", [dz], within: [d]) { exec in
                    let o = Floats(images * rows * channels)
                    t { ck_global_average_backward(exec, t.size, $0, dy.pointer, o.pointer, nil) }
                    return [o]
                }
                t { ck_global_average_backward_reference(t.size, $0, dy.pointer, dz.pointer, sums.pointer) }
                Agreement.check("average sums", [sums], within: [sum]) { exec in
                    let o = Floats(images * rows * channels)
                    let partials = Floats(t.blocks * 2 * channels)
                    t { ck_global_average_backward(exec, t.size, $0, dy.pointer, o.pointer, partials.pointer) }
                    return [combined(exec, partials, blocks: t.blocks, channels: channels)]
                }
            }
        }

        @Test func the_first_of_equal_maxima_wins() {
            let x = Floats(3 * 17) { $0 / 17 == 0 ? 1 : 2 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let y = Floats(17)
                let index = Places(17)
                var operand = ck_operand(
                    x: x.pointer, scale: nil, shift: nil, gate: nil, activation: CK_IDENTITY, x16: nil)
                ck_global_max_forward(&execution.exec, ck_images(N: 1, R: 3, C: 17), &operand, y.pointer, index.pointer)
                #expect((0..<17).allSatisfy { index.pointer[$0] == 1 && y[$0] == 2 }, "\(isa)")
            }
        }

        @Test(arguments: [true, false])
        func reference_gradient_is_the_slope(max: Bool) {
            let (images, rows, channels) = (2, 5, 3)
            let t = TestOperand(images, rows, channels, CK_SWISH)
            let y = Floats(images * channels)
            let index = Places(images * channels)
            var random = TestRandom(17)
            let dy = random.floats(images * channels)
            let dz = Floats(images * rows * channels)
            let sums = Floats(2 * channels)
            func loss() -> Double {
                if max {
                    t { ck_global_max_forward_reference(t.size, $0, y.pointer, index.pointer) }
                } else {
                    t { ck_squeeze_forward_reference(t.size, $0, y.pointer) }
                }
                return Agreement.dot(y, dy)
            }
            _ = loss()
            t {
                if max {
                    ck_global_max_backward_reference(t.size, $0, dy.pointer, index.pointer, dz.pointer, sums.pointer)
                } else {
                    ck_global_average_backward_reference(t.size, $0, dy.pointer, dz.pointer, sums.pointer)
                }
            }
            Agreement.checkSlope(
                "x", of: t.x, Floats(images * rows * channels) { dz[$0] * t.scale[$0 % channels] }, loss: loss)
            Agreement.checkSlope("scale", of: t.scale, Floats(channels) { sums[channels + $0] }, loss: loss)
        }

        /// An array of indices that is freed with the object.
        final class Places {
            let pointer: UnsafeMutablePointer<Int32>
            init(_ count: Int) {
                pointer = .allocate(capacity: count)
                pointer.initialize(repeating: -1, count: count)
            }
            deinit { pointer.deallocate() }
        }
    }
}
