import CKernels
import Testing

extension KernelTests {
    @Suite struct LossTests {
        private struct Outcome {
            var result = ck_loss_result()
            let g: Floats
        }

        /// Calls `body` with the sizes and the labels of a loss.
        static func withLoss<Result>(
            _ rows: Int, _ columns: Int, _ labels: [Int32]?, _ body: (UnsafePointer<ck_cross_entropy>) -> Result
        ) -> Result {
            func call(_ labels: UnsafePointer<Int32>?) -> Result {
                var loss = ck_cross_entropy(M: rows, N: columns, labels: labels)
                return body(&loss)
            }
            return call(labels)
        }

        private static func check(_ rows: Int, _ columns: Int, _ labels: [Int32]?) -> ck_status {
            withLoss(rows, columns, labels) { ck_softmax_cross_entropy_check($0) }
        }

        private static func reference(
            _ rows: Int, _ columns: Int, _ s: Floats, _ labels: [Int32]?, _ g: Floats? = nil
        ) -> ck_loss_result {
            var result = ck_loss_result()
            withLoss(rows, columns, labels) { ck_softmax_cross_entropy_reference($0, s.pointer, g?.pointer, &result) }
            return result
        }

        private static func run(
            _ exec: UnsafePointer<ck_exec>, _ rows: Int, _ columns: Int, _ s: Floats, _ labels: [Int32]?,
            inPlace: Bool = false
        ) -> Outcome {
            let input = inPlace ? Agreement.copy(s) : s
            var outcome = Outcome(g: inPlace ? input : Floats(rows * columns))
            var workspace = [Double](repeating: 0, count: 2 * rows)
            let g = outcome.g.pointer
            withLoss(rows, columns, labels) {
                ck_softmax_cross_entropy(exec, $0, input.pointer, g, &outcome.result, &workspace)
            }
            return outcome
        }

        @Test(arguments: Agreement.tails.map { ($0, $0) } + [(5, 100), (33, 35), (64, 64)])
        func loss_and_gradient_agree_with_the_reference(rows: Int, columns: Int) {
            var random = TestRandom(UInt64(rows + columns))
            let s = random.floats(rows * columns, scale: 10)
            let labels = (0..<rows).map { Int32($0 * 7 % columns) }
            // Every third row has no label. If there is only one row, no row has a label.
            let masked = (0..<rows).map { $0 % 3 == 0 ? -1 : Int32($0 * 7 % columns) }
            for (labels, inPlace) in [(nil, false), (labels, false), (labels, true), (masked, false), (masked, true)]
            where labels != nil || rows <= columns {
                let g = Floats(rows * columns)
                let expected = Self.reference(rows, columns, s, labels, g)
                // The softmax is below 1. Its error is 5e-7 for the exponentials and eps·N for their sum, divided by M.
                let unit = 1e-6 + Agreement.eps * Double(columns)
                Agreement.check("gradient", [g], within: [unit / Double(max(expected.rows, 1))]) { exec in
                    let o = Self.run(exec, rows, columns, s, labels, inPlace: inPlace)
                    #expect(abs(o.result.loss - expected.loss) <= unit)
                    #expect(o.result.correct == expected.correct && o.result.rows == expected.rows)
                    return [o.g]
                }
            }
        }

        @Test func loss_alone_is_the_same_loss() {
            var random = TestRandom(4)
            let s = random.floats(9 * 9, scale: 5)
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 2, scratchBytes: 64)
                var alone = ck_loss_result()
                var workspace = [Double](repeating: 0, count: 18)
                let both = Self.run(&execution.exec, 9, 9, s, nil).result
                Self.withLoss(9, 9, nil) {
                    ck_softmax_cross_entropy(&execution.exec, $0, s.pointer, nil, &alone, &workspace)
                }
                #expect(alone.loss == both.loss && alone.correct == both.correct, "\(isa)")
            }
        }

        @Test func loss_is_invariant_to_a_shift_of_the_logits_however_large() {
            let s = Floats(4) { [1, 2, 3, 4][$0] }
            let shifted = Floats(4) { s[$0] + 1024 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let a = Self.run(&execution.exec, 1, 4, s, [2]).result.loss
                let b = Self.run(&execution.exec, 1, 4, shifted, [2]).result.loss
                #expect(a == b, "\(isa)")
            }
        }

        @Test func the_first_of_equal_logits_is_the_prediction() {
            let s = Floats(2 * 20) { $0 % 20 == 3 || $0 % 20 == 18 ? 5 : 0 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                #expect(Self.run(&execution.exec, 2, 20, s, [3, 3]).result.correct == 2, "\(isa)")
                #expect(Self.run(&execution.exec, 2, 20, s, [18, 18]).result.correct == 0, "\(isa)")
            }
        }

        @Test(arguments: [0, 8, 16, 19, 20])
        func a_row_with_a_nan_or_an_infinity_has_no_finite_loss(place: Int) {
            for bad in [Float.nan, .infinity] {
                let s = Floats(2 * 21) { $0 == place ? bad : Float($0 % 5) }
                let expected = Self.reference(2, 21, s, nil)
                #expect(expected.loss.isNaN)
                forEachInstructionSet { isa in
                    let execution = TestExecution(threads: 1, scratchBytes: 64)
                    let o = Self.run(&execution.exec, 2, 21, s, nil)
                    #expect(o.result.loss.isNaN && o.result.correct == expected.correct, "\(isa): \(bad) at \(place)")
                    #expect((0..<21).allSatisfy { o.g[$0].isNaN } && !o.g[21].isNaN, "\(isa): \(bad) at \(place)")
                }
            }
        }

        @Test func a_logit_of_minus_infinity_is_a_class_that_cannot_be() {
            let s = Floats(18) { $0 == 5 ? -.infinity : 0 }
            forEachInstructionSet { isa in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let o = Self.run(&execution.exec, 1, 18, s, [0])
                #expect(abs(o.result.loss - 2.833213344056216) < 1e-6 && abs(o.g[5]) < 1e-30, "\(isa)")  // log 17
            }
        }

        /// Without a check, the label of the last row would cause a read and a write after the end of the tensors, in a
        /// protected page.
        @Test func a_label_without_a_column_is_refused_and_touches_no_memory_beside_its_row() {
            let s = Floats(3 * 16) { Float($0 % 5) }
            for label in [16, 17, 1 << 20, Int32.max] {
                let labels = [1, 2, label]
                #expect(Self.check(3, 16, labels) == CK_INVALID_SHAPE)
                let expected = Self.reference(3, 16, s, labels)
                forEachInstructionSet { isa in
                    let execution = TestExecution(threads: 2, scratchBytes: 64)
                    let o = Self.run(&execution.exec, 3, 16, s, labels)
                    #expect(o.result.loss.isNaN && expected.loss.isNaN, "\(isa) \(label)")
                    #expect(o.result.correct == expected.correct && o.result.rows == 3, "\(isa) \(label)")
                    #expect((0..<48).allSatisfy { o.g[$0].isNaN == ($0 >= 32) }, "\(isa) \(label)")
                }
            }
            #expect(Self.check(3, 16, [0, 15, -1]) == CK_OK)
            #expect(Self.check(3, 2, nil) == CK_INVALID_SHAPE)
            #expect(Self.check(3, 3, nil) == CK_OK)
            #expect(Self.check(0, 3, nil) == CK_INVALID_SHAPE)
            #expect(Self.check(1 << 40, 1 << 40, nil) == CK_INVALID_SHAPE)
        }

        @Test func reference_gradient_is_the_slope() {
            var random = TestRandom(8)
            let s = random.floats(4 * 6, scale: 2)
            let g = Floats(24)
            let labels: [Int32] = [5, 0, 3, 3]
            _ = Self.reference(4, 6, s, labels, g)
            Agreement.checkSlope("s", of: s, g) { Self.reference(4, 6, s, labels).loss }
        }
    }
}
