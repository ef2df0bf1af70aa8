import CKernels

/// The compute threads and the scratch lane of each. Results never depend on how many there are.
final class Execution {
    private let pool: OpaquePointer
    private let scratch: Arena
    private let laneBytes: Int
    let threads: Int

    /// - Parameter scratchBytes: what the hungriest kernel asks for, a lane.
    init(threads: Int, scratchBytes: Int) throws(MemoryError) {
        laneBytes = (max(64, scratchBytes) + 4095) / 4096 * 4096
        scratch = try Arena(bytes: laneBytes * threads)
        var created: OpaquePointer?
        guard ck_pool_create(Int32(threads), &created) == CK_OK, let created else { throw MemoryError(bytes: 1 << 20) }
        pool = created
        self.threads = threads
    }

    deinit { ck_pool_destroy(pool) }

    /// Hands the C environment to one run function.
    func callAsFunction<R>(_ body: (UnsafePointer<ck_exec>) -> R) -> R {
        let lanes = scratch.buffer(at: 0, count: laneBytes * threads / 4)
        var exec = ck_exec(pool: pool, scratch: lanes.base, scratch_bytes: laneBytes)
        return body(&exec)
    }
}
