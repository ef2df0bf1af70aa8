/// The settings of a probe of sound events.
public struct EventProbeOptions: Sendable, Equatable {
    /// The time from one frame to the next, in seconds; nil: the time stride of the finest feature map that is read.
    public var hopSeconds: Double? = 0.08
    /// The classifier of frames.
    public enum Method: Sendable, Equatable {
        /// Logistic regression, solved to the optimum. The penalty is chosen on the validation part.
        case logistic(LogisticFrames.Options)
        /// The protocol of the paper: a linear layer that is trained with Adam and dropout.
        case paper(FrameClassifier.Options)

        /// The name of the method in reports.
        public var name: String {
            switch self {
            case .logistic: "logistic"
            case .paper: "paper"
            }
        }
    }
    /// The classifier of frames.
    public var method = Method.logistic(LogisticFrames.Options())
    /// The number of threads of the regression. Results do not depend on it.
    public var threads = 1
    /// The length of the median filter, in seconds.
    public var medianSeconds = 0.25
    /// The minimum durations of an event that are tried on the validation part, in seconds. The pair of minimum
    /// duration and threshold with the best onset F-measure is used.
    public var minimumSeconds = [0.125, 0.25]
    /// The thresholds that are tried. Some are low, because a weak encoder gives small probabilities if a class is
    /// active in one of thirty frames only.
    public var thresholds: [Float] = [0.01, 0.02, 0.05] + (1...9).map { Float($0) / 10 }
    /// The threshold if the validation part has no events, so that none can be chosen. The minimum duration is then the
    /// first one of ``minimumSeconds``.
    public var fallbackThreshold: Float = 0.5
    /// The collar: the largest distance between a predicted onset and the true one, in seconds.
    public var collarSeconds = 0.2
    /// The length of a segment for the segment F-measure and the error rate, in seconds.
    public var segmentSeconds = 1.0
    /// The number of bootstrap resamples.
    public var resamples = 1000
    public var seed: UInt64 = 0

    public init() {}
}
