import Foundation
import OssicleData
import OssicleStatistics

/// A score with the interval in which other test clips might have put it.
public struct ProbeScore: Sendable, Codable, Equatable {
    public var value: Double
    public var ci95: Interval
    /// Clips that were tested.
    public var clips: Int

    public init(value: Double, ci95: Interval, clips: Int) {
        self.value = value
        self.ci95 = ci95
        self.clips = clips
    }

    enum CodingKeys: String, CodingKey {
        case value
        case ci95
        case clips = "n_test"
    }
}

/// What a probe found, as `ossicle probe --json` prints it and a run's `report.json` keeps it.
public struct ProbeReport: Sendable, Codable, Equatable {
    /// What `value` is: `accuracy`, from 0 to 1, the mean over folds.
    public var metric: String
    public var value: Double
    public var ci95: Interval
    /// How the probe learned: `logistic`, `paper` or `neighbours`.
    public var method: String
    /// What the encoder was read from: the names of its maps, or `last`; nil where the vectors are no encoder's.
    public var embedding: [String]?
    /// Clips a probe was trained on (the mean over folds, rounded), and clips that were tested, of all folds.
    public var trainingClips: Int
    public var testClips: Int
    public var classes: [String]
    public var folds: Int
    /// Over the test clips of all folds; classes without any are left out.
    public var recalls: [String: Double]
    public var meanClassRecall: Double
    /// The same probe on other vectors of the same clips: `random`, an encoder that learned nothing, and `logmel`,
    /// statistics without an encoder. What does not beat both has learned nothing of use here.
    public var baselines: [String: ProbeScore]
    /// Of each baseline that can be made in several ways, the one whose score stands here: the strongest on clips held back
    /// from the training part.
    public var variants: [String: String]
    /// How far the score lies above each baseline's on the same resamples of the clips: above 0 with its whole interval,
    /// it is ahead. This paired interval is narrower than comparing the two intervals.
    public var leads: [String: ProbeScore]
    public var layout: String
    public var seed: UInt64
    /// Clips that could not be decoded, or not to their end: how many, and the first of them.
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
        case seed
        case trainingClips = "n_train"
        case testClips = "n_test"
        case recalls = "per_class_recall"
        case meanClassRecall = "mean_class_recall"
    }

    /// - Parameters:
    ///   - outcome: over the test clips of all folds.
    ///   - classes: names, in the order of the outcome's confusion matrix.
    package init(
        _ outcome: ClipProbe.Outcome, folds: [Fold], classes: [String], layout: String, seed: UInt64,
        method: String, embedding: [String]? = nil, baselines: [String: ProbeScore] = [:],
        leads: [String: ProbeScore] = [:], variants: [String: String] = [:]
    ) {
        self.method = method
        self.embedding = embedding
        self.variants = variants
        metric = "accuracy"
        value = outcome.score.value
        ci95 = outcome.score.ci95
        let trained = outcome.trainingClips.reduce(0, +)
        trainingClips = (2 * trained + folds.count) / (2 * folds.count)
        testClips = outcome.confusion.total
        self.classes = classes
        self.folds = folds.count
        recalls = Dictionary(
            uniqueKeysWithValues: zip(classes, outcome.confusion.recalls).compactMap { name, recall in
                recall.map { (name, $0) }
            })
        meanClassRecall = outcome.confusion.meanRecall
        self.baselines = baselines
        self.leads = leads
        self.layout = layout
        self.seed = seed
    }

    public var score: ProbeScore { ProbeScore(value: value, ci95: ci95, clips: testClips) }

    /// One JSON object, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
