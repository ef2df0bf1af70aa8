import CKernels
import Testing

extension KernelTests {
    @Suite struct OptimizerTests {
        private struct State {
            let m: Floats, v: Floats, w: Floats
            var all: [Floats] { [m, v, w] }
            init(_ count: Int) {
                var random = TestRandom(21)
                (m, v, w) = (Floats(count), Floats(count), random.floats(count))
            }
        }

        private static func adam(step: Int64, decay: Double = 0) -> ck_adam {
            ck_adam(
                learning_rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: decay, step: step)
        }

        @Test(arguments: Agreement.tails + [16384, 40_000], [0, 0.1])
        func ten_steps_agree_with_the_reference(count: Int, decay: Double) {
            var random = TestRandom(23)
            let gradients = (0..<10).map { _ in random.floats(count) }
            let expected = State(count)
            for t in 0..<10 {
                var adam = Self.adam(step: Int64(t + 1), decay: decay)
                ck_adam_step_reference(
                    &adam, count, gradients[t].pointer, expected.m.pointer, expected.v.pointer, expected.w.pointer)
            }
            // m, v and w are below 1.2 and are rounded ten times. The update, at most ten times the learning rate, has
            // the error of 8 roundings, or the error of m if its terms cancel.
            let unit = Agreement.eps * 1.2 * 10 * 2
            Agreement.check("adam", expected.all, within: [unit, unit, unit]) { exec in
                let state = State(count)
                for t in 0..<10 {
                    var adam = Self.adam(step: Int64(t + 1), decay: decay)
                    ck_adam_step(
                        exec, &adam, count, gradients[t].pointer, state.m.pointer, state.v.pointer, state.w.pointer)
                }
                return state.all
            }
        }

        @Test func a_step_has_the_same_bits_on_every_instruction_set() {
            var random = TestRandom(29)
            var bits: [[UInt32]] = []
            let g = random.floats(1000)
            forEachInstructionSet { _ in
                let execution = TestExecution(threads: 1, scratchBytes: 64)
                let state = State(1000)
                for t in 1...3 {
                    var adam = Self.adam(step: Int64(t), decay: 0.01)
                    ck_adam_step(
                        &execution.exec, &adam, 1000, g.pointer, state.m.pointer, state.v.pointer, state.w.pointer)
                }
                bits.append(state.w.values.map(\.bitPattern))
            }
            #expect(bits.allSatisfy { $0 == bits[0] })
        }

        /// In the first step, m/(1 − β1) = g and √(v/(1 − β2)) = |g|.
        @Test func the_first_step_moves_by_the_rate_against_the_sign_of_the_gradient() {
            let g = Floats(4) { [3, -0.01, 100, -7][$0] }
            let state = State(4)
            let before = state.w.values
            let execution = TestExecution(threads: 1, scratchBytes: 64)
            var adam = Self.adam(step: 1)
            ck_adam_step(&execution.exec, &adam, 4, g.pointer, state.m.pointer, state.v.pointer, state.w.pointer)
            for i in 0..<4 { #expect(abs(before[i] - state.w[i] - (g[i] > 0 ? 0.01 : -0.01)) < 2e-7) }
        }

        @Test(arguments: Agreement.tails + [16384, 40_000]) func ten_steps_of_descent_agree_with_the_reference(
            count: Int
        ) {
            var random = TestRandom(31)
            let gradients = (0..<10).map { _ in random.floats(count) }
            var sgd = ck_sgd(learning_rate: 1e-2, momentum: 0.9, weight_decay: 0.1, trust: 0.5)
            let expected = State(count)
            for t in 0..<10 {
                ck_sgd_step_reference(
                    &sgd, count, gradients[t].pointer, expected.m.pointer, expected.w.pointer)
            }
            // m is below 5 and a sum of ten terms, each rounded four times. w is below 1.5 and changes by a hundredth
            // of m.
            let unit = Agreement.eps * 5 * 10 * 4
            Agreement.check("sgd", [expected.m, expected.w], within: [unit, unit]) { exec in
                let state = State(count)
                for t in 0..<10 {
                    ck_sgd_step(exec, &sgd, count, gradients[t].pointer, state.m.pointer, state.w.pointer)
                }
                return [state.m, state.w]
            }
        }

        @Test(arguments: Agreement.tails + [16384, 40_000]) func averages_agree_with_the_reference(count: Int) {
            var random = TestRandom(41)
            let (weights, start) = (random.floats(count), random.floats(count))
            let expected = Floats(count) { start[$0] }
            ck_average_step_reference(0.99, count, weights.pointer, expected.pointer)
            // A sum, a difference and a product of values below 1 are rounded.
            Agreement.check("average", [expected], within: [Agreement.eps * 4]) { exec in
                let average = Floats(count) { start[$0] }
                ck_average_step(exec, 0.99, count, weights.pointer, average.pointer)
                return [average]
            }
        }

        @Test(arguments: Agreement.tails + [16384, 40_000]) func squares_are_summed(count: Int) {
            var random = TestRandom(37)
            let x = random.floats(count)
            let expected = ck_sum_of_squares_reference(count, x.pointer)
            var bits: [String: Set<UInt64>] = [:]
            forEachInstructionSet { isa in
                for threads in 1...3 {
                    let execution = TestExecution(threads: threads, scratchBytes: 64)
                    let workspace = Floats(2 * ck_arena_blocks(count))
                    let sum = ck_sum_of_squares(&execution.exec, count, x.pointer, workspace.pointer)
                    // Each of at least 4 lanes adds at most 4096 squares of a block. Each addition rounds by half an
                    // ulp of the sum.
                    #expect(abs(sum - expected) <= expected * Agreement.eps * Double(min(count, 16384) / 4 + 4))
                    bits[isa, default: []].insert(sum.bitPattern)
                }
            }
            #expect(bits.values.allSatisfy { $0.count == 1 })
        }
    }
}
