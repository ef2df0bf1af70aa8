import CKernels
import Foundation

/// Statistics of the times of one case, in seconds. The median is the expected time. The best is the time without
/// interference by other programs.
struct Timing: Encodable {
    var median: Double
    var best: Double
    /// (third quartile − first quartile) / median.
    var spread: Double
    var repetitions: Int

    private init(_ samples: some Collection<Double>) {
        let sorted = samples.sorted()
        func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded())] }
        median = quantile(0.5)
        best = sorted[0]
        spread = median > 0 ? (quantile(0.75) - quantile(0.25)) / median : 0
        repetitions = sorted.count
    }

    /// Runs `body` twice as a warm-up, and then for about `seconds` and at least five times. The calling thread stays
    /// on one core.
    static func measure(seconds: Double, _ body: () throws -> Void) rethrows -> Timing {
        try pinned {
            for _ in 0..<2 { try body() }
            var samples: [Double] = []
            var total = 0.0
            while total < seconds || samples.count < 5 {
                let time = try Self.time(body)
                samples.append(time)
                total += time
            }
            return Timing(samples)
        }
    }

    /// Runs `body` three times as a warm-up, and then `times` times. The argument of `body` is the number of the run.
    /// The calling thread stays on one core.
    static func measure(times: Int, _ body: (Int) -> Void) -> Timing {
        pinned { Timing((0..<times + 3).map { number in time { body(number) } }.suffix(times)) }
    }

    /// Runs `body` with the calling thread bound to a core, like the threads of the pool. The binding ends with `body`,
    /// because a peer process would inherit it.
    static func pinned<Result>(_ body: () throws -> Result) rethrows -> Result {
        ck_bind_caller()
        defer { ck_free_caller() }
        return try body()
    }

    static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
}
