import Foundation
import OssicleData
import OssicleStatistics

/// Multinomial logistic regression on frozen vectors, brought to its optimum: what the vectors make linearly readable,
/// without a learning rate, a number of epochs or an order of clips.
///
/// A clip is the mean of its rows, standardised by the training part. The penalty is chosen on the validation clips, or on
/// inner folds of the training part; then the model is fitted to training and validation clips together
/// (``LogisticRegression`` has the objective).
public struct LogisticProbe: Sendable, Equatable {
    public struct Options: Sendable, Equatable {
        /// C in rising order: 10⁻⁵, 10⁻⁴·⁵ … 10. The strongest hardly leaves the prior; the weakest separates.
        public var penalties = (-10...2).map { pow(10, Double($0) / 2) }
        /// Where there are neither validation clips nor two groups to choose by.
        public var fallbackPenalty = 1e-2
        /// Without validation clips: how many parts the training clips are divided into.
        public var innerFolds = 4
        /// With more training clips than this, one inner fold of a fifth.
        public var singleFoldAbove = 4000
        /// The search ends after this many penalties without a better accuracy or loss.
        public var patience = 3
        /// Draws the inner folds.
        public var seed: UInt64 = 0
        public var regression = LogisticRegression.Options()
        /// Results are the same for any number.
        public var threads = 1

        public init() {}
    }

    public let classes: Int
    /// C of the fit.
    public let chosenPenalty: Double
    /// Share of the validation clips (of the inner folds' judged clips where there are none) whose class was found with
    /// the chosen penalty; NaN where nothing could be chosen by.
    public let validationAccuracy: Double
    /// Mean −ln p of their classes, in nats. Clips of classes that no training clip has are left out.
    public let validationLoss: Double
    /// How many clips the fit learned from.
    public let trainingClips: Int
    /// Each penalty that was tried, strongest first.
    let scores: [PenaltyChoice.Score]
    private let standardization: Standardization
    /// Classes that occur in the fit, in order: those of the rows of `regression`.
    private let present: [Int]
    let regression: LogisticRegression

    /// - Parameters:
    ///   - vectors: of every clip of the data set. A dimension with a value that is not finite in a training clip is left
    ///     out; such a value in another clip counts as the training mean.
    ///   - labels: of every clip, 0 ..< `classes`; read for `clips` and `validation` only.
    ///   - clips: the training part, one clip at least.
    ///   - validation: may be empty.
    ///   - groups: keys of clips that must stay on one side of an inner division; clips without are groups of their own.
    /// - Throws: ``EvaluationError/tooFewClips(found:)`` without training clips.
    package init(
        training vectors: ClipVectors, labels: [Int], clips: [Int], validation: [Int] = [],
        groups: [Int: String] = [:], classes: Int, options: Options = Options()
    ) throws(EvaluationError) {
        guard !clips.isEmpty else { throw .tooFewClips(found: 0) }
        // Order must not matter, not even for rounding.
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
        // Either the parts or the blocks of one part are divided between the threads.
        var regressionOptions = options.regression
        regressionOptions.threads = folds.count > 1 ? 1 : options.threads
        let penalties = options.penalties.sorted()
        let choice = PenaltyChoice(
            parts: folds.map { Self.part(of: $0, means: means, labels: labels, options: regressionOptions) },
            penalties: penalties, by: .accuracy, patience: options.patience, threads: options.threads)
        self.classes = classes
        scores = choice.scores
        let chosenPenalty = choice.chosen?.penalty ?? options.fallbackPenalty
        self.chosenPenalty = chosenPenalty
        validationAccuracy = choice.chosen?.accuracy ?? .nan
        validationLoss = choice.chosen?.loss ?? .nan

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
    }

    /// (clips.count, classes). −∞ for a class that no clip of the fit has.
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

    /// The class of the largest logit, the first of equals.
    package func predictions(_ vectors: ClipVectors, clips: [Int]) -> [Int] {
        let logits = logits(vectors, clips: clips)
        return clips.indices.map { logits.span.extracting($0 * classes..<($0 + 1) * classes).indexOfLargest }
    }

    /// Classes without a row are left out of the softmax: their logits would fall without end.
    private static func targets(_ labels: [Int], of clips: [Int], present: [Int]) -> LogisticRegression.Targets {
        let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
        return .multinomial(labels: clips.map { places[labels[$0]] ?? 0 }, classes: present.count)
    }

    private static func part(
        of fold: Fold, means: ClipVectors, labels: [Int], options: LogisticRegression.Options
    ) -> PenaltyChoice.Part {
        let standardization = Standardization(of: means, clips: fold.train)
        let present = Set(fold.train.map { labels[$0] }).sorted()
        let problem = LogisticProblem(
            standardization.clippedRows(fold.train, of: means), count: fold.train.count, dimension: means.dimension,
            targets: targets(labels, of: fold.train, present: present), options: options)
        // A class that cannot be predicted is an error for every penalty, and its loss would be infinite.
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
