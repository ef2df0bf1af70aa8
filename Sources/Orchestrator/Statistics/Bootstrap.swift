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
    /// The number of resamples. With 0, there is no interval.
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
    /// - Returns: the mean and its interval. The mean is nil if there are no clips. The interval is nil if no fold has
    ///   two clips, because resampling one clip shows no variation.
    public func mean(ofFolds folds: [[Double]]) -> (value: Double?, ci95: Interval?) {
        let folds = folds.filter { !$0.isEmpty }
        guard !folds.isEmpty else { return (nil, nil) }
        let value = folds.reduce(0) { $0 + $1.reduce(0, +) / Double($1.count) } / Double(folds.count)
        guard resamples > 0, folds.contains(where: { $0.count > 1 }) else { return (value, nil) }
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
        return (value, Self.interval(sorted: scores))
    }

    /// A statistic with its 95 % confidence interval.
    public struct Estimate: Sendable, Equatable {
        /// The statistic of all items; nil if it is undefined.
        public var value: Double?
        /// The interval over the resamples in which the statistic is defined. It is nil if the value is undefined, if
        /// there are fewer than two items, or if the statistic is undefined in more than half of the resamples.
        public var ci95: Interval?
        /// The number of resamples in which the statistic is undefined, if the value is defined.
        public var undefinedResamples = 0
    }

    /// Estimates a statistic of `items`.
    ///
    /// - Parameter statistic: returns the statistic of a resample; nil if it is undefined.
    public func statistic<Item>(of items: [Item], _ statistic: ([Item]) -> Double?) -> Estimate {
        guard let value = statistic(items) else { return Estimate() }
        guard resamples > 0, items.count > 1 else { return Estimate(value: value) }
        let values = (0..<resamples).compactMap { resample in
            var stream = RandomStream(seed: seed, purpose: .bootstrap, epoch: resample)
            return statistic(items.indices.map { _ in items[stream.index(below: items.count)] })
        }.sorted()
        return Estimate(
            value: value, ci95: 2 * values.count >= resamples ? Self.interval(sorted: values) : nil,
            undefinedResamples: resamples - values.count)
    }

    private static func interval(sorted values: [Double]) -> Interval {
        Interval(low: quantile(0.025, sorted: values), high: quantile(0.975, sorted: values))
    }

    /// Returns a quantile, by linear interpolation between the two nearest of the sorted values.
    static func quantile(_ q: Double, sorted values: [Double]) -> Double {
        let place = q * Double(values.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, values.count - 1)
        return values[lower] + (place - Double(lower)) * (values[upper] - values[lower])
    }
}
