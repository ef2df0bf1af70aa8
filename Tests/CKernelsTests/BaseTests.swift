import CKernels
import Foundation
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
                ck_reduce_blocks(&execution.exec, partials.pointer, 37, 301, CK_ADD, out.pointer)
                results.append(out.values)
                #expect(out.isIntact)
            }
            #expect(results[0] == results[1] && results[1] == results[2])
            let first = 1 + (0..<37).reduce(0.0) { $0 + Double(partials[$1 * 301]) }
            #expect(abs(Double(results[0][0]) - first) < 1e-6)
        }

        @Test func a_write_past_a_lane_of_scratch_ends_the_process() async {
            await #expect(processExitsWith: .failure) {
                let execution = TestExecution(threads: 2, scratchBytes: 200)
                ck_parallel(
                    &execution.exec, 1,
                    { _, _, scratch in scratch?.storeBytes(of: 1, toByteOffset: 256, as: UInt8.self) },
                    nil)
            }
            await #expect(processExitsWith: .success) {
                let execution = TestExecution(threads: 2, scratchBytes: 200)
                ck_parallel(
                    &execution.exec, 1,
                    { _, _, scratch in scratch?.storeBytes(of: 1, toByteOffset: 255, as: UInt8.self) },
                    nil)
            }
        }

        @Test func the_portable_set_is_always_there_and_an_unknown_one_is_refused() {
            #expect(ck_isa_available(CK_ISA_PORTABLE) == 1)
            #expect(ck_isa_select(CK_ISA_COUNT) == CK_UNSUPPORTED)
            var pool: OpaquePointer?
            #expect(ck_pool_create(0, &pool) == CK_INVALID_SHAPE)
        }

        /// Jobs follow each other directly, or after pauses in which the workers fall asleep. There may be more threads
        /// than cores.
        @Test func every_block_runs_once_whether_the_threads_wait_or_sleep() {
            for threads in [2, 3, 8] {
                let execution = TestExecution(threads: threads, scratchBytes: 64)
                for round in 0..<3000 {
                    if round % 100 == 99 { usleep(1000) }
                    let blocks = 1 + round % 37
                    var counts = [Int32](repeating: 0, count: blocks)
                    ck_parallel(
                        &execution.exec, blocks,
                        { context, block, scratch in
                            scratch?.storeBytes(of: block, as: Int.self)
                            context?.assumingMemoryBound(to: Int32.self)[block] += 1
                        }, &counts)
                    guard counts.allSatisfy({ $0 == 1 }) else {
                        Issue.record("\(threads) threads, round \(round): \(counts)")
                        return
                    }
                }
            }
        }

        @Test func pools_begin_and_end_whether_or_not_they_worked() {
            for round in 0..<200 {
                let execution = TestExecution(threads: 1 + round % 4, scratchBytes: 64)
                if round % 2 == 0 { ck_parallel(&execution.exec, 3, { _, _, _ in }, nil) }
            }
        }

        @Test func an_instruction_set_is_known_by_its_name_in_any_case() {
            var isa = CK_ISA_COUNT
            for name in ["portable", "PORTABLE", "Portable"] {
                #expect(ck_isa_named(name, &isa) == CK_OK && isa == CK_ISA_PORTABLE)
            }
            let avx2 = ck_isa_available(CK_ISA_AVX2) == 1 ? CK_OK : CK_UNSUPPORTED
            #expect(ck_isa_named("AVX2", &isa) == avx2 && isa == CK_ISA_AVX2)
            for name in ["", "abacus", "avx", "avx2 "] { #expect(ck_isa_named(name, &isa) == CK_INVALID_NAME) }
        }

        #if os(Linux)
            @Test func threads_are_bound_to_a_core_each_on_request_and_the_caller_for_as_long_as_it_asks() {
                let before = ck_caller_cores()
                setenv("OSSICLE_PIN", "1", 1)
                defer { unsetenv("OSSICLE_PIN") }
                let execution = TestExecution(threads: 3, scratchBytes: 64)
                var seen: Set<Int32> = []
                // In some rounds, the caller may take all blocks before a worker starts.
                for _ in 0..<500 where !seen.contains(1) {
                    var counts = [Int32](repeating: 0, count: 8)
                    ck_parallel(
                        &execution.exec, counts.count,
                        { context, block, _ in
                            context?.assumingMemoryBound(to: Int32.self)[block] = ck_caller_cores()
                            usleep(500)
                        }, &counts)
                    seen.formUnion(counts)
                }
                #expect(seen.isSubset(of: [1, before]) && seen.contains(1))
                #expect(ck_caller_cores() == before)
                ck_bind_caller()
                #expect(ck_caller_cores() == 1)
                ck_free_caller()
                #expect(ck_caller_cores() == before)
            }
        #endif
    }
}
