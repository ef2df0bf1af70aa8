import CKernels
import Synchronization

/// The compute threads and their scratch memory. The results of kernels do not depend on the number of threads.
public final class Execution {
    private let pool: OpaquePointer
    private let scratch: Arena
    private let threadBytes: Int
    private let isBusy = Atomic<Bool>(false)
    /// The number of compute threads.
    public let threads: Int

    /// Starts the threads.
    ///
    /// - Parameter scratchBytes: the largest scratch memory that a kernel needs for each thread, in bytes.
    /// - Throws: `MemoryError` if there is not enough memory, or if the threads cannot be started.
    package init(threads: Int, scratchBytes: Int) throws(MemoryError) {
        precondition((1...4095).contains(threads), "from 1 to 4095 threads, not \(threads)")
        threadBytes = (max(64, scratchBytes) + 4095) / 4096 * 4096
        scratch = try Arena(bytes: threadBytes * threads)
        var created: OpaquePointer?
        guard ck_pool_create(Int32(threads), &created) == CK_OK, let created else { throw MemoryError(bytes: 1 << 20) }
        pool = created
        self.threads = threads
    }

    deinit { ck_pool_destroy(pool) }

    /// Calls `body` once for every block, and returns when all calls have returned.
    ///
    /// The calls are distributed over the compute threads. The result does not depend on the number of threads if each
    /// value is written by one block only, and if sums have an order that does not depend on `thread`.
    ///
    /// Only one thread at a time may use an execution. `body` must not call this function.
    ///
    /// - Parameters:
    ///   - blocks: the number of calls.
    ///   - body: receives the number of the block and the number of the thread (0 ..< ``threads``). Calls on one thread
    ///     do not overlap.
    public func forEach(_ blocks: Int, _ body: (_ block: Int, _ thread: Int) -> Void) {
        precondition(!isBusy.exchange(true, ordering: .acquiring), "an execution runs one job at a time")
        defer { isBusy.store(false, ordering: .releasing) }
        withoutActuallyEscaping(body) { body in
            let job = Job(body: body, scratch: scratch.buffer(at: 0, count: 0).base, threadBytes: threadBytes)
            self { exec in
                ck_parallel(
                    exec, blocks,
                    { context, block, scratch in
                        guard let context, let scratch else { return }
                        let job = Unmanaged<Job>.fromOpaque(context).takeUnretainedValue()
                        job.body(block, (scratch - UnsafeMutableRawPointer(job.scratch)) / job.threadBytes)
                    }, Unmanaged.passUnretained(job).toOpaque())
            }
        }
    }

    private final class Job {
        let body: (Int, Int) -> Void
        let scratch: UnsafeMutablePointer<Float>
        let threadBytes: Int

        init(body: @escaping (Int, Int) -> Void, scratch: UnsafeMutablePointer<Float>, threadBytes: Int) {
            (self.body, self.scratch, self.threadBytes) = (body, scratch, threadBytes)
        }
    }

    /// Calls `body` with the execution environment for one run function in C.
    func callAsFunction<R>(_ body: (UnsafePointer<ck_exec>) -> R) -> R {
        let all = scratch.buffer(at: 0, count: threadBytes * threads / 4)
        var exec = ck_exec(pool: pool, scratch: all.base, scratch_bytes: threadBytes)
        return body(&exec)
    }
}

/// The memory that an operation needs while it runs.
public struct WorkingMemory {
    /// The memory that all threads share, in bytes.
    public var workspace = 0
    /// The memory that each thread has for itself, in bytes.
    public var scratch = 0

    public init(workspace: Int = 0, scratch: Int = 0) {
        self.workspace = workspace
        self.scratch = scratch
    }

    /// Returns the memory that is sufficient for all of `uses`, if they run one after another.
    public static func largest(_ uses: [WorkingMemory]) -> WorkingMemory {
        WorkingMemory(workspace: uses.map(\.workspace).max() ?? 0, scratch: uses.map(\.scratch).max() ?? 0)
    }
}
