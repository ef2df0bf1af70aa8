import OssicleBase
import OssicleStatistics

/// The result of sound event detection, as `ossicle probe events --json` prints it.
///
/// If the test recordings have no annotated events, all scores are undefined: nil, and `null` in JSON. This agrees with
/// sed_eval, where they are NaN.
public struct EventReport: Sendable, Codable, Equatable {
    /// The scores of one encoder on the test part.
    public struct Scores: Sendable, Codable, Equatable {
        /// The onset F-measure over all labels together.
        public var onset: EventScore
        /// The segment F-measure over all labels together.
        @Nullable public var segmentF: Double?
        @Nullable public var segmentErrorRate: Double?
        /// The polyphonic sound detection score.
        @Nullable public var psds: Double?
        /// The threshold that was chosen on the validation part, or ``EventProbeOptions/fallbackThreshold``.
        public var threshold: Double
        /// The minimum duration of an event that was chosen on the validation part, in seconds, or the first one of
        /// ``EventProbeOptions/minimumSeconds``.
        public var minimumSeconds: Double

        enum CodingKeys: String, CodingKey {
            case onset
            case psds
            case threshold
            case segmentF = "segment_f"
            case segmentErrorRate = "segment_error_rate"
            case minimumSeconds = "minimum_seconds"
        }
    }

    /// The name of ``value``: `onset_f`.
    public var metric = "onset_f"
    /// The onset F-measure of the first encoder.
    @Nullable public var value: Double?
    /// The confidence interval of ``value``.
    @Nullable public var ci95: Interval?
    /// The scores of the first encoder.
    public var scores: Scores
    /// The method of the probe: `logistic` or `paper`.
    public var method: String
    /// The source of the embedding, as in ``ProbeReport/embedding``.
    public var embedding: [String]?
    /// The time from one frame to the next, in seconds.
    public var hopSeconds: Double
    /// The number of training recordings.
    public var trainingClips: Int
    /// The number of test recordings.
    public var testClips: Int
    /// The names of the classes.
    public var classes: [String]
    /// The scores of the baselines, as in ``ProbeReport/baselines``.
    public var baselines: [String: Scores]
    /// The leads of the onset F-measure over the baselines, as in ``ProbeReport/leads``.
    public var leads: [String: EventScore]
    /// The variants of the baselines, as in ``ProbeReport/variants``.
    public var variants: [String: String]
    public var seed: UInt64
    /// Warnings about events and recordings that were left out or changed, about settings that could not be chosen, and
    /// about scores that are undefined.
    public var warnings: [String] = []

    enum CodingKeys: String, CodingKey {
        case metric
        case value
        case ci95
        case scores
        case classes
        case baselines
        case leads
        case method
        case embedding
        case variants
        case warnings
        case seed
        case hopSeconds = "hop_seconds"
        case trainingClips = "n_train"
        case testClips = "n_test"
    }
}
