import CKernels
import Testing

extension KernelTests {
    @Suite struct ResidualTests {
        /// Two branches with N images, R rows and C channels. The other branch is the identity, or a normalized raw
        /// output.
        private struct Problem {
            let size: ck_images
            let raw, other, dy, scales: Floats
            let isIdentity: Bool

            init(_ n: Int, _ r: Int, _ c: Int, isIdentity: Bool) {
                var random = TestRandom(11)
                (size, self.isIdentity) = (ck_images(N: n, R: r, C: c), isIdentity)
                (raw, other) = (random.floats(n * r * c, scale: 2), random.floats(n * r * c, scale: 2))
                (dy, scales) = (random.floats(n * r * c), random.floats(4 * c))
            }

            func forward(_ run: (UnsafePointer<ck_branch>, UnsafePointer<ck_branch>, Floats) -> Void) -> Floats {
                let y = Floats(raw.count) { _ in .nan }
                let (p, c) = (scales.pointer, size.C)
                var one = ck_branch(raw: raw.pointer, scale: p, shift: p + c)
                var two = ck_branch(
                    raw: other.pointer, scale: isIdentity ? nil : p + 2 * c, shift: isIdentity ? nil : p + 3 * c)
                run(&one, &two, y)
                return y
            }

            func kept(_ y: Floats) -> ck_residual_kept {
                ck_residual_kept(y: y.pointer, raw: raw.pointer, other_raw: isIdentity ? nil : other.pointer)
            }

            func backwardReference(_ y: Floats) -> (dz: Floats, sums: Floats, others: Floats) {
                let o = (dz: Floats(raw.count), sums: Floats(2 * size.C), others: Floats(2 * size.C))
                var kept = kept(y)
                var gradients = ck_residual_gradients(
                    dz: o.dz.pointer, sums: o.sums.pointer, other_sums: o.others.pointer)
                ck_residual_backward_reference(size, &kept, dy.pointer, &gradients)
                return o
            }
        }

        @Test(arguments: TestOperand.shapes, [true, false])
        func both_passes_agree_with_their_references(shape: (Int, Int, Int), isIdentity: Bool) {
            let t = Problem(shape.0, shape.1, shape.2, isIdentity: isIdentity)
            let c = shape.2
            let y = t.forward { ck_residual_forward_reference(t.size, $0, $1, $2.pointer) }
            // |y| < 6, with three roundings.
            Agreement.check("residual", [y], within: [6 * 3 * Agreement.eps]) { exec in
                [t.forward { ck_residual_forward(exec, t.size, $0, $1, $2.pointer) }]
            }
            let (dz, sums, others) = t.backwardReference(y)
            // A sum has one term per row, and terms are below 2.
            let rounding = 2 * Agreement.eps * Double(shape.0 * shape.1) * 2
            Agreement.check("residual backward", [dz, sums, others], within: [0, rounding, rounding]) { exec in
                let blocks = ck_image_blocks(t.size)
                let (o, mine, theirs) = (Floats(t.raw.count), Floats(blocks * 2 * c), Floats(blocks * 2 * c))
                var kept = t.kept(y)
                var gradients = ck_residual_gradients(
                    dz: o.pointer, sums: mine.pointer, other_sums: isIdentity ? nil : theirs.pointer)
                ck_residual_backward(exec, t.size, &kept, t.dy.pointer, &gradients)
                #expect(mine.isIntact && theirs.isIntact)
                return [
                    o, combined(exec, mine, blocks: blocks, channels: c),
                    combined(exec, theirs, blocks: blocks, channels: c),
                ]
            }
        }

        @Test(arguments: [true, false]) func the_reference_gradient_is_the_slope(isIdentity: Bool) {
            let t = Problem(2, 5, 3, isIdentity: isIdentity)
            func run() -> Floats { t.forward { ck_residual_forward_reference(t.size, $0, $1, $2.pointer) } }
            let (dz, sums, others) = t.backwardReference(run())
            let loss = { Agreement.dot(run(), t.dy) }
            Agreement.checkSlope("raw", of: t.raw, Floats(30) { dz[$0] * t.scales[$0 % 3] }, loss: loss)
            Agreement.checkSlope(
                "other", of: t.other, Floats(30) { dz[$0] * (isIdentity ? 1 : t.scales[6 + $0 % 3]) }, loss: loss)
            // Σ dz·raw is the gradient of the scale, and Σ dz is the gradient of the shift.
            let expected = Floats(12) {
                switch $0 / 3 {
                case 0: sums[3 + $0]
                case 1: sums[$0 - 3]
                case 2: isIdentity ? 0 : others[3 + $0 - 6]
                default: isIdentity ? 0 : others[$0 - 9]
                }
            }
            Agreement.checkSlope("scales", of: t.scales, expected, loss: loss)
        }

        @Test func results_may_take_the_place_of_an_input() {
            let t = Problem(2, 70, 24, isIdentity: true)
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 2, scratchBytes: 64)
                let y = t.forward { ck_residual_forward(&execution.exec, t.size, $0, $1, $2.pointer) }
                let place = Agreement.copy(t.other)
                _ = t.forward { one, _, _ in
                    var two = ck_branch(raw: place.pointer, scale: nil, shift: nil)
                    ck_residual_forward(&execution.exec, t.size, one, &two, place.pointer)
                }
                #expect(place.values == y.values, "\(isa)")
                let gradient = Agreement.copy(t.dy)
                let sums = Floats(ck_image_blocks(t.size) * 2 * 24)
                var kept = t.kept(y)
                var gradients = ck_residual_gradients(dz: gradient.pointer, sums: sums.pointer, other_sums: nil)
                ck_residual_backward(&execution.exec, t.size, &kept, gradient.pointer, &gradients)
                #expect((0..<y.count).allSatisfy { gradient[$0] == (y[$0] > 0 ? t.dy[$0] : 0) }, "\(isa)")
            }
        }
    }
}
