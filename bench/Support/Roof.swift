import CKernels
import Orchestrator

/// The measured peak rates of this machine: multiply-adds in registers, and copies with stores that bypass the caches.
struct Roof: Encodable {
    var gigaflopsOneThread: Double
    var gigaflops: Double
    /// Gigabytes per second of a copy, reads plus writes.
    var copyGigabytes: Double

    init(threads: Int) {
        gigaflopsOneThread = Self.arithmetic(threads: 1)
        gigaflops = threads == 1 ? gigaflopsOneThread : Self.arithmetic(threads: threads)
        copyGigabytes = Self.copy(threads: threads)
    }

    private static func arithmetic(threads: Int) -> Double {
        let pool = BenchPool(threads: threads)
        let iterations = 100_000
        let blocks = 8 * threads
        let sink = BenchFloats(blocks * Int(CK_PEAK_SINK))
        var exec = pool.execution(scratchBytes: 64)
        let timing = Timing.measure(seconds: 0.5) { ck_peak_fma(&exec, blocks, iterations, sink.pointer) }
        return Double(blocks) * ck_peak_fma_operations(iterations) / timing.best * 1e-9
    }

    private static func copy(threads: Int) -> Double {
        let pool = BenchPool(threads: threads)
        let count = 32 << 20
        let (from, to) = (BenchFloats(count), BenchFloats(count))
        var exec = pool.execution(scratchBytes: 64)
        let timing = Timing.measure(seconds: 0.5) { ck_peak_copy(&exec, count, from.pointer, to.pointer) }
        return 8 * Double(count) / timing.best * 1e-9
    }
}

/// The machine and the number of threads of a result.
struct MachineLine: Encodable, CustomStringConvertible {
    var cpu = Machine.cpuName
    var isa = Machine.activeInstructionSet
    var cores = Machine.cores
    var threads: Int

    var description: String { "\(cpu) · \(isa) · \(threads) of \(cores) threads" }
}
