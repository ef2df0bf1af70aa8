import OssicleStatistics

/// How well events are found, as `ossicle probe events --json` prints it.
public struct EventReport: Sendable, Codable, Equatable {
    /// What one set of vectors reached on the test part.
    public struct Scores: Sendable, Codable, Equatable {
        /// Onset F-measure of all labels together.
        public var onset: ProbeScore
        public var segmentF: Double
        public var segmentErrorRate: Double
        public var psds: Double
        /// Chosen on the validation part.
        public var threshold: Double
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

    /// `onset_f`.
    public var metric = "onset_f"
    public var value: Double
    public var ci95: Interval
    public var scores: Scores
    /// As in ``ProbeReport``, and so are `embedding`, `leads` and `variants`.
    public var method: String
    public var embedding: [String]?
    public var hopSeconds: Double
    /// Recordings.
    public var trainingClips: Int
    public var testClips: Int
    public var classes: [String]
    public var baselines: [String: Scores]
    public var leads: [String: ProbeScore]
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
