import Foundation
import OssicleData
import OssicleStatistics

/// Logistic regressions on the frames of recordings, one per class, solved to the optimum. Any number of classes can be
/// active at once. ``LogisticRegression`` documents the objective.
///
/// The penalty with the lowest loss on the validation recordings is chosen. The model with this penalty that was fitted
/// to the training recordings is used. A second fit to training and validation recordings together would double the
/// time and learn little, because there are many frames.
public struct LogisticFrames: Sendable, Equatable {
    /// The settings of the regressions.
    public struct Options: Sendable, Equatable {
        /// The values of C, in ascending order. The steps are factors of ten, because the loss over thousands of frames
        /// is flat around its minimum.
        public var penalties = (-5...0).map { pow(10, Double($0)) }
        /// The penalty if none can be chosen: there are no validation recordings and only one training recording.
        public var fallbackPenalty = 1e-2
        /// The search ends after this many successive penalties without a lower loss.
        public var patience = 1
        /// Draws the fifth of the training recordings that chooses the penalty if there are no validation recordings.
        public var seed: UInt64 = 0
        /// The settings of the solver.
        public var regression = LogisticRegression.Options()
        /// The number of threads. Results do not depend on it.
        public var threads = 1

        public init() {}
    }

    public let classes: Int
    /// The chosen value of C.
    public let chosenPenalty: Double
    /// The loss with the chosen penalty: the sum over the classes of the binary cross-entropies, averaged over the
    /// frames that chose the penalty, in nats; nil if no penalty could be chosen.
    public let validationLoss: Double?
    let scores: [PenaltyChoice.Score]
    private let standardization: Standardization
    let regression: LogisticRegression

    /// - Parameters:
    ///   - vectors: the frames of all recordings. Values that are not finite are treated as in ``LogisticProbe``.
    ///   - activity: (rows of `vectors`, classes): 1 if the class is active in the frame, else 0.
    ///   - recordings: the training recordings, at least one. If there are no validation recordings, a fifth of the
    ///     training recordings chooses the penalty, and then the model is fitted to all of them.
    /// - Throws: ``EvaluationError/tooFewClips(found:)`` if the training recordings have no frames;
    ///   ``EvaluationError/noFiniteLoss`` if the loss is NaN or infinite.
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
            guard !choice.isDiverged else { throw .noFiniteLoss }
            if !validation.isEmpty, let solution = choice.solution { fitted = (standardization, solution) }
        }
        self.classes = classes
        chosenPenalty = choice.chosen?.penalty ?? options.fallbackPenalty
        validationLoss = choice.chosen?.loss
        scores = choice.scores
        if let fitted {
            (standardization, regression) = fitted
        } else {
            var (all, problem) = fit(recordings.sorted())
            standardization = all
            regression = problem.solve(penalty: chosenPenalty)
        }
        guard regression.isFinite else { throw .noFiniteLoss }
    }

    /// The probability of each class in each frame of a recording, (rows of the recording, classes).
    package func probabilities(_ vectors: ClipVectors, recording: Int) -> [Float] {
        let rows = Array(vectors.rows(of: recording))
        return regression.logits(standardization.clippedRows(rows, of: vectors), count: rows.count)
            .map { 1 / (1 + exp(-$0)) }
    }

    private static func targets(_ activity: [Float], rows: [Int], classes: Int) -> LogisticRegression.Targets {
        .independent(
            activity: rows.flatMap { activity[$0 * classes..<($0 + 1) * classes] }, classes: classes)
    }

    /// The loss of a solution, summed over recordings. The recordings are processed one after another, so that the
    /// validation part is not copied as a whole. `hits` stay 0, because only the loss chooses.
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
