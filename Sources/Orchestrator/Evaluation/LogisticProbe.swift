import Foundation
import OssicleData
import OssicleStatistics

/// A linear probe on frozen vectors: multinomial logistic regression, solved to the optimum. Its accuracy measures the
/// information that is linearly accessible. It does not depend on a learning rate, a number of epochs or an order of
/// the clips.
///
/// A clip is represented by the mean of its rows, which is standardized with the statistics of the training part. The
/// penalty is chosen on the validation clips, or on inner folds of the training part. Then the model is fitted to
/// training and validation clips together. ``LogisticRegression`` documents the objective.
public struct LogisticProbe: Sendable, Equatable {
    /// The settings of the probe.
    public struct Options: Sendable, Equatable {
        /// The values of C, in ascending order: 10⁻⁵, 10⁻⁴·⁵ … 10. With the smallest C, the predictions are nearly the
        /// frequencies of the classes. With the largest C, the model separates the training clips.
        public var penalties = (-10...2).map { pow(10, Double($0) / 2) }
        /// The penalty if none can be chosen: there are no validation clips and fewer than two groups.
        public var fallbackPenalty = 1e-2
        /// The number of inner folds if there are no validation clips.
        public var innerFolds = 4
        /// With more training clips than this, only one inner fold is used. It judges a fifth of the clips.
        public var singleFoldAbove = 4000
        /// The search ends after this many successive penalties without a better accuracy or loss.
        public var patience = 3
        /// Draws the inner folds.
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
    /// The accuracy with the chosen penalty on the validation clips, or on the judged clips of the inner folds if there
    /// are no validation clips; nil if no penalty could be chosen.
    public let validationAccuracy: Double?
    /// The mean over the same clips of −ln p, where p is the probability of the correct class, in nats. Clips of
    /// classes without a training clip are left out. nil if no clip is left, or no penalty could be chosen.
    public let validationLoss: Double?
    /// The number of clips to which the model is fitted.
    public let trainingClips: Int
    /// The scores of the penalties that were tried, in ascending order of C.
    let scores: [PenaltyChoice.Score]
    private let standardization: Standardization
    /// The classes that occur in the fit, in ascending order. Row k of `regression` belongs to `present[k]`.
    private let present: [Int]
    let regression: LogisticRegression

    /// - Parameters:
    ///   - vectors: the vectors of all clips of the data set. A dimension is ignored if it has a value that is not
    ///     finite in a training clip. In other clips, such a value is replaced with the training mean.
    ///   - labels: the classes of all clips, 0 ..< `classes`. Those of `clips` and `validation` are used.
    ///   - clips: the training clips, at least one.
    ///   - validation: the validation clips; may be empty.
    ///   - groups: the group of each clip that has one. Clips of one group stay in the same part of an inner fold. A
    ///     clip without a group is a group of its own.
    /// - Throws: ``EvaluationError/tooFewClips(found:)`` if there are no training clips;
    ///   ``EvaluationError/noFiniteLoss`` if the loss is NaN or infinite.
    package init(
        training vectors: ClipVectors, labels: [Int], clips: [Int], validation: [Int] = [],
        groups: [Int: String] = [:], classes: Int, options: Options = Options()
    ) throws(EvaluationError) {
        guard !clips.isEmpty else { throw .tooFewClips(found: 0) }
        // The clips are sorted, so that their order has no effect, not even through rounding.
        let (clips, validation) = (clips.sorted(), validation.sorted())
        let means = ClipVectors(
            dimension: vectors.dimension, values: vectors.means(), offsets: Array(0...vectors.clips))
        let folds =
            validation.isEmpty
            ? InnerFolds(
                of: clips, labels: labels, groups: groups, count: options.innerFolds,
                singleAbove: options.singleFoldAbove, seed: options.seed
            ).folds
            : [Fold(train: clips, validation: validation)]
        // With several folds, the threads work on different folds. With one fold, they work on different blocks of
        // rows.
        var regressionOptions = options.regression
        regressionOptions.threads = folds.count > 1 ? 1 : options.threads
        let penalties = options.penalties.sorted()
        let choice = PenaltyChoice(
            parts: folds.map { Self.part(of: $0, means: means, labels: labels, options: regressionOptions) },
            penalties: penalties, by: .accuracy, patience: options.patience, threads: options.threads)
        guard !choice.isDiverged else { throw .noFiniteLoss }
        self.classes = classes
        scores = choice.scores
        let chosenPenalty = choice.chosen?.penalty ?? options.fallbackPenalty
        self.chosenPenalty = chosenPenalty
        validationAccuracy = choice.chosen?.accuracy
        validationLoss = choice.chosen?.loss

        let all = (clips + validation).sorted()
        trainingClips = all.count
        regressionOptions.threads = options.threads
        standardization = Standardization(of: means, clips: all)
        present = Set(all.map { labels[$0] }).sorted()
        var problem = LogisticProblem(
            standardization.clippedRows(all, of: means), count: all.count, dimension: vectors.dimension,
            targets: Self.targets(labels, of: all, present: present), options: regressionOptions)
        for penalty in penalties where penalty < chosenPenalty { _ = problem.solve(penalty: penalty) }
        regression = problem.solve(penalty: chosenPenalty)
        guard regression.isFinite else { throw .noFiniteLoss }
    }

    /// The logits of clips, (clips.count, classes). They are −∞ for a class without a clip in the fit.
    package func logits(_ vectors: ClipVectors, clips: [Int]) -> [Float] {
        var chosen = ClipVectors(dimension: vectors.dimension)
        for clip in clips {
            let rows = vectors.rows(of: clip)
            chosen.append(vectors.values[rows.lowerBound * vectors.dimension..<rows.upperBound * vectors.dimension])
        }
        let means = ClipVectors(dimension: vectors.dimension, values: chosen.means(), offsets: Array(0...clips.count))
        let compact = regression.logits(
            standardization.clippedRows(Array(clips.indices), of: means), count: clips.count)
        var result = [Float](repeating: -.infinity, count: clips.count * classes)
        for place in clips.indices {
            for (k, label) in present.enumerated() {
                result[place * classes + label] = compact[place * present.count + k]
            }
        }
        return result
    }

    /// The class with the largest logit, for each clip; the first one if several are equal.
    package func predictions(_ vectors: ClipVectors, clips: [Int]) -> [Int] {
        let logits = logits(vectors, clips: clips)
        return clips.indices.map { logits.span.extracting($0 * classes..<($0 + 1) * classes).indexOfLargest }
    }

    /// The targets of clips. Classes without a clip in the fit are left out of the softmax, because their logits would
    /// decrease without limit.
    private static func targets(_ labels: [Int], of clips: [Int], present: [Int]) -> LogisticRegression.Targets {
        let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
        return .multinomial(labels: clips.map { places[labels[$0]] ?? 0 }, classes: present.count)
    }

    /// The problem of an inner fold, with the clips that judge its solutions.
    private static func part(
        of fold: Fold, means: ClipVectors, labels: [Int], options: LogisticRegression.Options
    ) -> PenaltyChoice.Part {
        let standardization = Standardization(of: means, clips: fold.train)
        let present = Set(fold.train.map { labels[$0] }).sorted()
        let problem = LogisticProblem(
            standardization.clippedRows(fold.train, of: means), count: fold.train.count, dimension: means.dimension,
            targets: targets(labels, of: fold.train, present: present), options: options)
        // A class without a training clip cannot be predicted. Its clips are errors for every penalty, and their loss
        // would be infinite.
        let judged = fold.validation.filter { Set(present).contains(labels[$0]) }
        let x = standardization.clippedRows(judged, of: means)
        let answers = targets(labels, of: judged, present: present)
        let rows = fold.validation.count
        return PenaltyChoice.Part(problem: problem) { solution in
            let logits = solution.logits(x, count: judged.count)
            let hits = judged.indices.count { place in
                let row = place * present.count..<(place + 1) * present.count
                return present[logits.span.extracting(row).indexOfLargest] == labels[judged[place]]
            }
            return PenaltyChoice.Sums(
                hits: hits, rows: rows, loss: LogisticRegression.loss(logits: logits, targets: answers),
                lossRows: judged.count)
        }
    }
}
