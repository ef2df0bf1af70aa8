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
            // m, v and w below 1.2 round ten times; the update (at most ten times the rate) is good to 8 roundings, or
            // to those of m where its terms cancel.
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

        /// m/(1 − β1) and √(v/(1 − β2)) are g and |g|.
        @Test func the_first_step_moves_by_the_rate_against_the_sign_of_the_gradient() {
            let g = Floats(4) { [3, -0.01, 100, -7][$0] }
            let state = State(4)
            let before = state.w.values
            let execution = TestExecution(threads: 1, scratchBytes: 64)
            var adam = Self.adam(step: 1)
            ck_adam_step(&execution.exec, &adam, 4, g.pointer, state.m.pointer, state.v.pointer, state.w.pointer)
            for i in 0..<4 { #expect(abs(before[i] - state.w[i] - (g[i] > 0 ? 0.01 : -0.01)) < 2e-7) }
        }
    }
}
