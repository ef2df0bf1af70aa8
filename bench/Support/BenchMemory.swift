import CKernels
import Foundation

/// A buffer of floats for the kernels. It is aligned to 64 bytes and, like a program's arena, uses huge pages if the
/// system has them. The values are uniform in −1 ..< 1, because zeros would change the measured speed.
final class BenchFloats {
    let pointer: UnsafeMutablePointer<Float>

    init(_ count: Int) {
        let (bytes, hugePage) = (max(64, count * 4), 2 << 20)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: bytes < hugePage ? 64 : hugePage)
        if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
        pointer = memory.bindMemory(to: Float.self, capacity: max(16, count))
        var state: UInt32 = 1
        for i in 0..<count {
            state = state &* 1_664_525 &+ 1_013_904_223
            pointer[i] = Float(Int32(bitPattern: state)) * 0x1p-31
        }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}

/// A thread pool with scratch memory for each thread.
final class BenchPool {
    private let pool: OpaquePointer
    private let threads: Int
    private var scratch: BenchFloats
    private var laneBytes = 64

    init(threads: Int) {
        var created: OpaquePointer?
        guard ck_pool_create(Int32(threads), &created) == CK_OK, let created else {
            preconditionFailure("the system cannot create \(threads) threads")
        }
        pool = created
        self.threads = threads
        scratch = BenchFloats(16 * threads)
    }

    deinit { ck_pool_destroy(pool) }

    /// The execution environment of a run with `scratchBytes` of scratch memory per thread. It is valid until the next
    /// call.
    func execution(scratchBytes: Int) -> ck_exec {
        if scratchBytes > laneBytes {
            laneBytes = (scratchBytes + 4095) / 4096 * 4096
            scratch = BenchFloats(laneBytes / 4 * threads)
        }
        return ck_exec(pool: pool, scratch: scratch.pointer, scratch_bytes: laneBytes)
    }
}
