import Foundation

/// Times of one case, in seconds. The median says what to expect; the best what the code can do undisturbed.
struct Timing: Encodable {
    var median: Double
    var best: Double
    /// (third quartile − first quartile) / median.
    var spread: Double
    var repetitions: Int

    init(_ samples: [Double]) {
        let sorted = samples.sorted()
        func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded())] }
        median = quantile(0.5)
        best = sorted[0]
        spread = median > 0 ? (quantile(0.75) - quantile(0.25)) / median : 0
        repetitions = sorted.count
    }

    /// Runs `body` twice to warm up, then for about `seconds`, at least five times.
    static func measure(seconds: Double, _ body: () throws -> Void) rethrows -> Timing {
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

    static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
}
