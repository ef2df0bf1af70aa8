/// How recordings' events are probed.
public struct EventProbeOptions: Sendable, Equatable {
    /// Seconds from one frame to the next; nil: that of the finest map that is read.
    public var hopSeconds: Double? = 0.08
    /// How frames are classified.
    public enum Method: Sendable, Equatable {
        /// Logistic regression, solved to the optimum, its penalty chosen on the validation part.
        case logistic(LogisticFrames.Options)
        /// The paper's: Adam and dropout.
        case paper(FrameClassifier.Options)

        /// As reports name it.
        public var name: String {
            switch self {
            case .logistic: "logistic"
            case .paper: "paper"
            }
        }
    }
    public var method = Method.logistic(LogisticFrames.Options())
    /// Of the regression. Results do not depend on it.
    public var threads = 1
    public var medianSeconds = 0.25
    /// Tried on the validation part; the pair with the best onset F-measure is used.
    public var minimumSeconds = [0.125, 0.25]
    /// Low ones too: where a class sounds in one frame of thirty, a weak encoder's probabilities are small.
    public var thresholds: [Float] = [0.01, 0.02, 0.05] + (1...9).map { Float($0) / 10 }
    /// Between a predicted onset and the true one.
    public var collarSeconds = 0.2
    public var segmentSeconds = 1.0
    public var resamples = 1000
    public var seed: UInt64 = 0

    public init() {}
}
