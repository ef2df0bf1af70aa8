import CKernels
import Testing

extension KernelTests {
    @Suite struct ResidualTests {
        /// Two branches with N images, R rows and C channels. The other branch is the identity, or a normalized raw
        /// output.
        private struct Problem {
            let n: Int, r: Int, c: Int
            let raw, other, dy, scales: Floats
            let isIdentity: Bool

            init(_ n: Int, _ r: Int, _ c: Int, isIdentity: Bool) {
                var random = TestRandom(11)
                (self.n, self.r, self.c, self.isIdentity) = (n, r, c, isIdentity)
                (raw, other) = (random.floats(n * r * c, scale: 2), random.floats(n * r * c, scale: 2))
                (dy, scales) = (random.floats(n * r * c), random.floats(4 * c))
            }

            func forward(_ run: (UnsafePointer<ck_branch>, UnsafePointer<ck_branch>, Floats) -> Void) -> Floats {
                let y = Floats(raw.count) { _ in .nan }
                let p = scales.pointer
                var one = ck_branch(raw: raw.pointer, scale: p, shift: p + c)
                var two = ck_branch(
                    raw: other.pointer, scale: isIdentity ? nil : p + 2 * c, shift: isIdentity ? nil : p + 3 * c)
                run(&one, &two, y)
                return y
            }

            var otherRaw: UnsafePointer<Float>? { isIdentity ? nil : UnsafePointer(other.pointer) }
        }

        @Test(arguments: TestOperand.shapes, [true, false])
        func both_passes_agree_with_their_references(shape: (Int, Int, Int), isIdentity: Bool) {
            let t = Problem(shape.0, shape.1, shape.2, isIdentity: isIdentity)
            let (n, r, c) = shape
            let y = t.forward { ck_residual_forward_reference(n, r, c, $0, $1, $2.pointer) }
            // |y| < 6, with three roundings.
            Agreement.check("residual", [y], within: [6 * 3 * Agreement.eps]) { exec in
                [t.forward { ck_residual_forward(exec, n, r, c, $0, $1, $2.pointer) }]
            }
            let (dz, sums, others) = (Floats(t.raw.count), Floats(2 * c), Floats(2 * c))
            ck_residual_backward_reference(
                n, r, c, t.dy.pointer, y.pointer, t.raw.pointer, t.otherRaw, dz.pointer, sums.pointer, others.pointer)
            // A sum has one term per row, and terms are below 2.
            let rounding = 2 * Agreement.eps * Double(n * r) * 2
            Agreement.check("residual backward", [dz, sums, others], within: [0, rounding, rounding]) { exec in
                let blocks = ck_image_blocks(n, r, c)
                let (o, mine, theirs) = (Floats(t.raw.count), Floats(blocks * 2 * c), Floats(blocks * 2 * c))
                ck_residual_backward(
                    exec, n, r, c, t.dy.pointer, y.pointer, t.raw.pointer, t.otherRaw, o.pointer, mine.pointer,
                    isIdentity ? nil : theirs.pointer)
                #expect(mine.isIntact && theirs.isIntact)
                return [
                    o, combined(exec, mine, blocks: blocks, channels: c),
                    combined(exec, theirs, blocks: blocks, channels: c),
                ]
            }
        }

        @Test(arguments: [true, false]) func the_reference_gradient_is_the_slope(isIdentity: Bool) {
            let t = Problem(2, 5, 3, isIdentity: isIdentity)
            func run() -> Floats { t.forward { ck_residual_forward_reference(2, 5, 3, $0, $1, $2.pointer) } }
            let (dz, sums, others) = (Floats(30), Floats(6), Floats(6))
            let y = run()
            ck_residual_backward_reference(
                2, 5, 3, t.dy.pointer, y.pointer, t.raw.pointer, t.otherRaw, dz.pointer, sums.pointer, others.pointer)
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
                let y = t.forward { ck_residual_forward(&execution.exec, 2, 70, 24, $0, $1, $2.pointer) }
                let place = Agreement.copy(t.other)
                _ = t.forward { one, _, _ in
                    var two = ck_branch(raw: place.pointer, scale: nil, shift: nil)
                    ck_residual_forward(&execution.exec, 2, 70, 24, one, &two, place.pointer)
                }
                #expect(place.values == y.values, "\(isa)")
                let gradient = Agreement.copy(t.dy)
                let sums = Floats(ck_image_blocks(2, 70, 24) * 2 * 24)
                ck_residual_backward(
                    &execution.exec, 2, 70, 24, gradient.pointer, y.pointer, t.raw.pointer, nil, gradient.pointer,
                    sums.pointer, nil)
                #expect((0..<y.count).allSatisfy { gradient[$0] == (y[$0] > 0 ? t.dy[$0] : 0) }, "\(isa)")
            }
        }
    }
}
