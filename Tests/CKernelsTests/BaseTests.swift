import CKernels
import Testing

extension KernelTests {
    @Suite struct BaseTests {
        @Test func reduced_blocks_are_the_same_bits_for_any_number_of_threads() {
            var random = TestRandom(1)
            let partials = random.floats(37 * 301)
            var results: [[Float]] = []
            for threads in 1...3 {
                let execution = TestExecution(threads: threads, scratchBytes: 64)
                let out = Floats(301) { _ in 1 }
                ck_reduce_blocks(&execution.exec, partials.pointer, 37, 301, 1, out.pointer)
                results.append(out.values)
                #expect(out.isIntact)
            }
            #expect(results[0] == results[1] && results[1] == results[2])
            let first = 1 + (0..<37).reduce(0.0) { $0 + Double(partials[$1 * 301]) }
            #expect(abs(Double(results[0][0]) - first) < 1e-6)
        }

        @Test func the_portable_set_is_always_there_and_an_unknown_one_is_refused() {
            #expect(ck_isa_available(CK_ISA_PORTABLE) == 1)
            #expect(ck_isa_select(CK_ISA_COUNT) == CK_UNSUPPORTED)
            var pool: OpaquePointer?
            #expect(ck_pool_create(0, &pool) == CK_INVALID_SHAPE)
        }
    }
}
