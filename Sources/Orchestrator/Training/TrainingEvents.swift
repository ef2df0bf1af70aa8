import OssicleBase
import OssicleStatistics

/// What a run tells about itself while it goes on.
public struct TrainingProgress: Codable, Sendable {
    public var epoch: Int
    public var epochs: Int
    public var step: Int
    public var steps: Int
    public var loss: Double
    /// Of a method with several: the unweighted ones by name.
    public var losses: [String: Double]?
    /// Share of anchors whose own positive is the most similar; of labels that are right, for `supervised`.
    public var pretextAccuracy: Double
    public var learningRate: Double
    public var viewsPerSecond: Double
    /// Share of the time spent waiting for the loader.
    public var dataWaitFraction: Double
    public var secondsLeft: Double
}

/// At the end of every epoch: is the representation collapsing?
public struct EpochSummary: Codable, Sendable {
    public var epoch: Int
    public var step: Int
    /// Mean over the epoch's steps.
    public var loss: Double
    public var pretextAccuracy: Double
    /// Of the embeddings of the epoch's last batch: deviation over the views, mean and smallest of all dimensions.
    public var deviationMean: Double
    public var deviationMin: Double
    /// exp of the entropy of the normalised singular values (Roy, Vetterli, 2007).
    public var effectiveRank: Double
    public var viewsPerSecond: Double
    public var dataWaitFraction: Double
}

/// What a probe in the middle of a run says of its encoder.
public struct EvaluationSummary: Codable, Sendable {
    public var epoch: Int
    public var step: Int
    /// Of a linear layer on frozen embeddings, as of `probe clip`.
    public var probeAccuracy: Double
    /// The interval of the accuracy; nil if there are too few test clips for one.
    @Nullable public var ci95: Interval?
    public var seconds: Double
}

/// The end of a run, as in `report.json`.
public struct TrainingReport: Codable, Sendable {
    public var method: String
    public var epochs: Int
    public var steps: Int
    public var threads: Int
    public var isa: String
    public var seed: UInt64
    /// Views that the run has trained on.
    public var views: Int
    /// Since the start, or since `--resume`; so is ``seconds``.
    public var viewsPerSecond: Double
    public var dataWaitFraction: Double
    public var peakRssBytes: Int
    public var lossFirst: Double
    public var lossLast: Double
    public var pretextAccuracy: Double
    public var effectiveRank: Double
    public var interrupted: Bool
    public var seconds: Double
    public var warnings: [String]
}

/// Receives what a run tells; the command line prints it.
public protocol TrainingObserver: AnyObject {
    /// Everything is prepared, and the first step begins.
    func began()
    func progressed(_ progress: TrainingProgress)
    func finished(_ epoch: EpochSummary)
    func evaluated(_ evaluation: EvaluationSummary)
    func warned(_ sentence: String)
}

extension TrainingObserver {
    public func began() {}
    public func evaluated(_ evaluation: EvaluationSummary) {}
}
