import Foundation

/// A score with the interval in which other test clips might have put it.
public struct ProbeScore: Sendable, Codable, Equatable {
    public var value: Double
    public var ci95: Interval

    public init(value: Double, ci95: Interval) {
        self.value = value
        self.ci95 = ci95
    }
}

/// What a probe found, as `ossicle probe --json` prints it and a run's `report.json` keeps it.
public struct ProbeReport: Sendable, Codable, Equatable {
    /// What `value` is: `accuracy`, from 0 to 1, the mean over folds.
    public var metric: String
    public var value: Double
    public var ci95: Interval
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
    /// How far the score lies above each baseline's on the same resamples of the clips: above 0 with its whole interval,
    /// it is ahead. Narrower than what the two intervals tell apart.
    public var leads: [String: ProbeScore]
    public var layout: String
    public var seed: UInt64

    enum CodingKeys: String, CodingKey {
        case metric
        case value
        case ci95
        case classes
        case folds
        case baselines
        case leads
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
    init(
        _ outcome: ClipProbe.Outcome, folds: [Fold], classes: [String], layout: String, seed: UInt64,
        baselines: [String: ProbeScore] = [:], leads: [String: ProbeScore] = [:]
    ) {
        metric = "accuracy"
        value = outcome.score.value
        ci95 = outcome.score.ci95
        let trained = folds.map(\.train.count).reduce(0, +)
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

    /// One JSON object, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
