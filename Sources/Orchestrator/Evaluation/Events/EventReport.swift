import OssicleStatistics

/// The result of sound event detection, as `ossicle probe events --json` prints it.
public struct EventReport: Sendable, Codable, Equatable {
    /// The scores of one encoder on the test part.
    public struct Scores: Sendable, Codable, Equatable {
        /// The onset F-measure over all labels together.
        public var onset: ProbeScore
        /// The segment F-measure over all labels together.
        public var segmentF: Double
        public var segmentErrorRate: Double
        /// The polyphonic sound detection score.
        public var psds: Double
        /// The threshold that was chosen on the validation part.
        public var threshold: Double
        /// The minimum duration of an event that was chosen on the validation part, in seconds.
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
    public var value: Double
    /// The confidence interval of ``value``.
    public var ci95: Interval
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
    public var leads: [String: ProbeScore]
    /// The variants of the baselines, as in ``ProbeReport/variants``.
    public var variants: [String: String]
    public var seed: UInt64

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
        case seed
        case hopSeconds = "hop_seconds"
        case trainingClips = "n_train"
        case testClips = "n_test"
    }
}
