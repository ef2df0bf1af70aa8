import Foundation
import OssicleData
import OssicleStatistics

/// Independent logistic regressions on the frames of recordings, one a class, brought to their optimum: any number of
/// classes may sound at once. ``LogisticRegression`` has the objective.
///
/// The penalty has the lowest log-loss on the validation recordings. The model is the one fitted to the training
/// recordings: frames are many, and a second fit would learn little for twice the time.
public struct LogisticFrames: Sendable, Equatable {
    public struct Options: Sendable, Equatable {
        /// C in rising order. Steps of ten: the log-loss of thousands of frames is flat around its minimum.
        public var penalties = (-5...0).map { pow(10, Double($0)) }
        /// Where there are no validation recordings and but one to learn from.
        public var fallbackPenalty = 1e-2
        /// The search ends after this many penalties without a lower loss.
        public var patience = 1
        /// Draws the fifth of the recordings that chooses, where there are no validation recordings.
        public var seed: UInt64 = 0
        public var regression = LogisticRegression.Options()
        /// Results are the same for any number.
        public var threads = 1

        public init() {}
    }

    public let classes: Int
    public let chosenPenalty: Double
    /// Mean over the judging frames of the sum over classes of the binary cross-entropies, in nats; NaN where nothing could
    /// be chosen by.
    public let validationLoss: Double
    let scores: [PenaltyChoice.Score]
    private let standardization: Standardization
    let regression: LogisticRegression

    /// - Parameters:
    ///   - vectors: the frames of every recording. Values that are not finite are treated as ``LogisticProbe`` does.
    ///   - activity: (rows of `vectors`, classes): 1 where the class sounds, else 0.
    ///   - recordings: those to learn from, one at least. Without validation recordings a fifth of them chooses the
    ///     penalty and then is learned from, too.
    /// - Throws: ``EvaluationError/tooFewClips(found:)`` without frames to learn from.
    package init(
        training vectors: ClipVectors, activity: [Float], recordings: [Int], validation: [Int] = [], classes: Int,
        options: Options = Options()
    ) throws(EvaluationError) {
        guard recordings.contains(where: { !vectors.rows(of: $0).isEmpty }) else { throw .tooFewClips(found: 0) }
        precondition(activity.count == vectors.rows * classes, "a target for each frame and class")
        var fold: Fold? = Fold(train: recordings.sorted(), validation: validation.sorted())
        if validation.isEmpty {
            fold =
                InnerFolds(
                    of: recordings, labels: Array(repeating: 0, count: vectors.clips), groups: [:], count: 5,
                    singleAbove: 0, seed: options.seed
                ).folds.first
        }
        var regressionOptions = options.regression
        regressionOptions.threads = options.threads
        let fit = { (recordings: [Int]) -> (Standardization, LogisticProblem) in
            let standardization = Standardization(of: vectors, clips: recordings)
            let rows = recordings.flatMap { Array(vectors.rows(of: $0)) }
            let problem = LogisticProblem(
                standardization.clippedRows(rows, of: vectors), count: rows.count, dimension: vectors.dimension,
                targets: Self.targets(activity, rows: rows, classes: classes), options: regressionOptions)
            return (standardization, problem)
        }
        var choice = PenaltyChoice(parts: [], penalties: [], by: .loss, patience: 0, threads: 1)
        var fitted: (Standardization, LogisticRegression)?
        if let fold {
            let (standardization, problem) = fit(fold.train)
            let part = PenaltyChoice.Part(problem: problem) { solution in
                Self.judge(
                    solution, on: fold.validation, of: vectors, activity: activity, standardization: standardization)
            }
            choice = PenaltyChoice(
                parts: [part], penalties: options.penalties.sorted(), by: .loss, patience: options.patience,
                threads: options.threads)
            if !validation.isEmpty, let solution = choice.solution { fitted = (standardization, solution) }
        }
        self.classes = classes
        chosenPenalty = choice.chosen?.penalty ?? options.fallbackPenalty
        validationLoss = choice.chosen?.loss ?? .nan
        scores = choice.scores
        if let fitted {
            (standardization, regression) = fitted
        } else {
            var (all, problem) = fit(recordings.sorted())
            standardization = all
            regression = problem.solve(penalty: chosenPenalty)
        }
    }

    /// (rows of the recording, classes).
    package func probabilities(_ vectors: ClipVectors, recording: Int) -> [Float] {
        let rows = Array(vectors.rows(of: recording))
        return regression.logits(standardization.clippedRows(rows, of: vectors), count: rows.count)
            .map { 1 / (1 + exp(-$0)) }
    }

    private static func targets(_ activity: [Float], rows: [Int], classes: Int) -> LogisticRegression.Targets {
        .independent(
            activity: rows.flatMap { activity[$0 * classes..<($0 + 1) * classes] }, classes: classes)
    }

    /// A recording at a time: the validation part is not copied as a whole. `hits` stay 0, as the loss alone chooses.
    private static func judge(
        _ solution: LogisticRegression, on recordings: [Int], of vectors: ClipVectors, activity: [Float],
        standardization: Standardization
    ) -> PenaltyChoice.Sums {
        var sums = PenaltyChoice.Sums()
        for recording in recordings {
            let rows = Array(vectors.rows(of: recording))
            let logits = solution.logits(standardization.clippedRows(rows, of: vectors), count: rows.count)
            let targets = targets(activity, rows: rows, classes: solution.classes)
            sums.loss += LogisticRegression.loss(logits: logits, targets: targets)
            sums.rows += rows.count
            sums.lossRows += rows.count
        }
        return sums
    }
}
