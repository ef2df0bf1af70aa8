import OssicleBase
import OssicleStatistics

/// A score of sound event detection, with its confidence interval over the test recordings.
public struct EventScore: Sendable, Codable, Equatable {
    /// The score; nil if it is undefined, because the test recordings have no annotated events.
    @Nullable public var value: Double?
    /// The interval over the resamples that have annotated events. It is nil if the score is undefined, if there are
    /// fewer than two test recordings, or if more than half of the resamples have no annotated events.
    @Nullable public var ci95: Interval?
    /// The number of test recordings.
    public var clips: Int
    /// The number of resamples that have no annotated events and were left out of the interval.
    public var undefinedResamples: Int

    /// Estimates a score.
    ///
    /// - Parameters:
    ///   - items: one item per test recording.
    ///   - score: returns the score of a resample; nil if it is undefined.
    init<Item>(of items: [Item], bootstrap: Bootstrap, score: ([Item]) -> Double?) {
        let estimate = bootstrap.statistic(of: items, score)
        value = estimate.value
        ci95 = estimate.ci95
        clips = items.count
        undefinedResamples = estimate.undefinedResamples
    }

    enum CodingKeys: String, CodingKey {
        case value
        case ci95
        case clips = "n_test"
        case undefinedResamples = "undefined_resamples"
    }
}
