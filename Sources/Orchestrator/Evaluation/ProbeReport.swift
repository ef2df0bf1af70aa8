import Foundation
import OssicleBase
import OssicleData
import OssicleStatistics

/// A score with its confidence interval, which reflects the choice of the test clips.
public struct ProbeScore: Sendable, Codable, Equatable {
    public var value: Double
    /// The interval; nil if no fold has two test clips, because one clip shows no variation.
    @Nullable public var ci95: Interval?
    /// The number of test clips.
    public var clips: Int

    public init(value: Double, ci95: Interval?, clips: Int) {
        self.value = value
        self.ci95 = ci95
        self.clips = clips
    }

    /// The mean of the scores of the clips in each fold. There must be at least one clip.
    init(meanOf folds: [[Double]], bootstrap: Bootstrap) {
        let (mean, ci95) = bootstrap.mean(ofFolds: folds)
        guard let mean else { preconditionFailure("a score needs a test clip") }
        self.init(value: mean, ci95: ci95, clips: folds.map(\.count).reduce(0, +))
    }

    enum CodingKeys: String, CodingKey {
        case value
        case ci95
        case clips = "n_test"
    }
}

/// The result of a probe of clips, as `ossicle probe clip --json` prints it and as a sweep stores it in `probe.json`.
public struct ProbeReport: Sendable, Codable, Equatable {
    /// The name of ``value``: `accuracy`.
    public var metric: String
    /// The accuracy from 0 to 1, averaged over the folds.
    public var value: Double
    /// The confidence interval of ``value``, as in ``ProbeScore/ci95``.
    @Nullable public var ci95: Interval?
    /// The method of the probe: `logistic`, `paper`, `neighbours` or `fine-tuned`.
    public var method: String
    /// The source of the embedding: the names of the feature maps, or `last`; nil if the vectors are not from an
    /// encoder.
    public var embedding: [String]?
    /// The number of training clips, averaged over the folds and rounded.
    public var trainingClips: Int
    /// The number of test clips of all folds.
    public var testClips: Int
    /// The names of the classes.
    public var classes: [String]
    /// The number of folds.
    public var folds: Int
    /// The recall of each class over the test clips of all folds; nil for a class without test clips.
    public var recalls: [String: Double?]
    /// The mean of ``recalls`` over the classes with test clips.
    @Nullable public var meanClassRecall: Double?
    /// The scores of the same probe on other vectors of the same clips: `random` is an untrained encoder, and `logmel`
    /// are log-mel statistics without an encoder. An encoder that is not better than both has learned nothing that is
    /// useful for this task.
    public var baselines: [String: ProbeScore]
    /// For each baseline with several variants, the variant that is reported. It is the strongest one on clips that
    /// were held back from the training part.
    public var variants: [String: String]
    /// For each baseline, the difference between the score and the baseline's score, over the same resamples of the
    /// clips. The encoder is ahead if the whole interval is above 0. This paired interval is narrower than a comparison
    /// of the two separate intervals.
    public var leads: [String: ProbeScore]
    /// The layout of the data set.
    public var layout: String
    /// In `probe.json` of a sweep: a description of the clips that is equal for equal data sets. nil elsewhere, and in
    /// older files.
    public var data: String?
    public var seed: UInt64
    /// Warnings about clips that could not be decoded, or not to their end, and about regressions that did not converge:
    /// their number, and the first of them.
    public var warnings: [String] = []

    enum CodingKeys: String, CodingKey {
        case metric
        case value
        case ci95
        case classes
        case folds
        case baselines
        case leads
        case method
        case embedding
        case variants
        case warnings
        case layout
        case data
        case seed
        case trainingClips = "n_train"
        case testClips = "n_test"
        case recalls = "per_class_recall"
        case meanClassRecall = "mean_class_recall"
    }

    /// - Parameters:
    ///   - outcome: the result over the test clips of all folds.
    ///   - classes: the names of the classes, in the order of the outcome's confusion matrix.
    package init(
        _ outcome: ClipProbe.Outcome, folds: [Fold], classes: [String], layout: String, seed: UInt64,
        method: String, embedding: [String]? = nil, baselines: [String: ProbeScore] = [:],
        leads: [String: ProbeScore] = [:], variants: [String: String] = [:], warnings: [String] = []
    ) {
        self.warnings = warnings
        self.method = method
        self.embedding = embedding
        self.variants = variants
        metric = "accuracy"
        value = outcome.score.value
        ci95 = outcome.score.ci95
        trainingClips = outcome.meanTrainingClips
        testClips = outcome.confusion.total
        self.classes = classes
        self.folds = folds.count
        recalls = Dictionary(uniqueKeysWithValues: zip(classes, outcome.confusion.recalls).map { ($0, $1) })
        meanClassRecall = outcome.confusion.meanRecall
        self.baselines = baselines
        self.leads = leads
        self.layout = layout
        self.seed = seed
    }

    /// ``value`` with its interval and the number of test clips.
    public var score: ProbeScore { ProbeScore(value: value, ci95: ci95, clips: testClips) }

    /// The report as one JSON object with sorted keys.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
