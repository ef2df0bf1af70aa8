import CKernels
import Foundation

/// Times of one case, in seconds. The median says what to expect; the best what the code can do undisturbed.
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

    /// Runs `body` twice to warm up, then for about `seconds`, at least five times; on one core all the while.
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

    /// Runs `body` three times to warm up, then as often as asked, with the number of the run; on one core all the while.
    static func measure(times: Int, _ body: (Int) -> Void) -> Timing {
        pinned { Timing((0..<times + 3).map { number in time { body(number) } }.suffix(times)) }
    }

    /// Runs `body` with the calling thread bound to a core, as the others are. It is not for longer, since a peer that it
    /// starts would be bound as well.
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
