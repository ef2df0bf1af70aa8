import OssicleBase

/// An interval from `low` to `high`. In JSON, it is an array of two numbers.
public struct Interval: Sendable, Equatable, Codable {
    public let low: Double
    public let high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    public init(from decoder: any Decoder) throws {
        var ends = try decoder.unkeyedContainer()
        low = try ends.decode(Double.self)
        high = try ends.decode(Double.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var ends = encoder.unkeyedContainer()
        try ends.encode(low)
        try ends.encode(high)
    }

    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// A bootstrap estimate of the uncertainty of a score (percentile method).
///
/// The clips are resampled with replacement, and the score is computed for each resample. The interval contains the
/// middle 95 % of these scores.
///
/// The interval includes only the variation between *test clips*. It does not include the variation between trainings
/// of the probe, between pretraining seeds, or between speakers or instruments that contribute many clips.
///
/// *Reference:* Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
public struct Bootstrap: Sendable {
    /// The number of resamples. With 0, the interval contains only the score itself.
    public var resamples: Int
    public var seed: UInt64

    public init(resamples: Int = 1000, seed: UInt64 = 0) {
        self.resamples = resamples
        self.seed = seed
    }

    /// Returns the mean score of the folds, and its 95 % confidence interval. The score of a fold is the mean score of
    /// its clips.
    ///
    /// Clips are resampled within their fold, because the size and the probe of a fold are fixed.
    ///
    /// - Parameter folds: the scores of the clips in each fold (1 for a correct answer, 0 for a wrong one). Empty folds
    ///   are ignored.
    /// - Returns: the mean and its interval, which are 0 if there are no clips.
    public func mean(ofFolds folds: [[Double]]) -> (value: Double, ci95: Interval) {
        let folds = folds.filter { !$0.isEmpty }
        guard !folds.isEmpty else { return (0, Interval(low: 0, high: 0)) }
        let value = folds.reduce(0) { $0 + $1.reduce(0, +) / Double($1.count) } / Double(folds.count)
        guard resamples > 0 else { return (value, Interval(low: value, high: value)) }
        var scores = (0..<resamples).map { resample in
            var stream = RandomStream(seed: seed, purpose: .bootstrap, epoch: resample)
            var sum = 0.0
            for fold in folds {
                var total = 0.0
                for _ in fold { total += fold[stream.index(below: fold.count)] }
                sum += total / Double(fold.count)
            }
            return sum / Double(folds.count)
        }
        scores.sort()
        return (value, Interval(low: Self.quantile(0.025, sorted: scores), high: Self.quantile(0.975, sorted: scores)))
    }

    /// Returns a statistic of `items`, and its 95 % confidence interval.
    public func statistic<Item>(of items: [Item], _ statistic: ([Item]) -> Double) -> (value: Double, ci95: Interval) {
        let value = statistic(items)
        guard resamples > 0, !items.isEmpty else { return (value, Interval(low: value, high: value)) }
        let values = (0..<resamples).map { resample in
            var stream = RandomStream(seed: seed, purpose: .bootstrap, epoch: resample)
            return statistic(items.indices.map { _ in items[stream.index(below: items.count)] })
        }.sorted()
        return (value, Interval(low: Self.quantile(0.025, sorted: values), high: Self.quantile(0.975, sorted: values)))
    }

    /// Returns a quantile, by linear interpolation between the two nearest of the sorted values.
    static func quantile(_ q: Double, sorted values: [Double]) -> Double {
        let place = q * Double(values.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, values.count - 1)
        return values[lower] + (place - Double(lower)) * (values[upper] - values[lower])
    }
}
