import OssicleData
import OssicleStatistics

/// A method to learn classes from vectors.
public enum ProbeMethod: Sendable, Equatable {
    /// Logistic regression on the mean vector of each clip, solved to the optimum. The penalty is chosen without the
    /// test part.
    case logistic(LogisticProbe.Options)
    /// The protocol of the papers: one linear layer that is trained with Adam on random crops. A test clip is
    /// classified by the mean of the logits of its segments.
    case paper(LinearProbe.Options)
    /// A k-nearest-neighbour classifier. The value is the number of training clips that vote.
    case neighbours(Int)
}

/// A probe of clip classification: it fits a classifier to the vectors of clips, and predicts one class per test clip,
/// fold by fold.
package struct ClipProbe: Sendable {
    let labels: [Int]
    let classes: Int
    /// The group (speaker, instrument or source) of each clip that has one. Clips of one group are never in both parts
    /// of an inner fold.
    let groups: [Int: String]
    let folds: [Fold]
    var method: ProbeMethod
    var bootstrap = Bootstrap()

    /// The result of a probe.
    package struct Outcome: Sendable, Equatable {
        var score: ProbeScore
        /// The confusion matrix over the test clips of each fold.
        let confusions: [ConfusionMatrix]
        /// The confusion matrix over the test clips of all folds.
        var confusion: ConfusionMatrix { confusions.dropFirst().reduce(confusions[0], +) }
        /// For each fold, the test clips that have vectors and could be classified.
        var clips: [[Int]] = []
        /// For each fold and each clip of `clips`, 1 if the predicted class is correct, else 0.
        var hits: [[Double]] = []
        /// The number of training clips of each fold.
        package var trainingClips: [Int] = []
        /// The number of training clips, averaged over the folds and rounded.
        var meanTrainingClips: Int {
            (2 * trainingClips.reduce(0, +) + trainingClips.count) / (2 * max(1, trainingClips.count))
        }
        /// The accuracy on the clips with which the penalty was chosen, averaged over the folds; nil if no penalty was
        /// chosen in one of the folds.
        var validationAccuracy: Double?
        /// The logistic regressions of the folds that did not converge.
        var convergence = Convergence()

        /// - Parameter predict: returns the predicted class of each test clip of a fold that could be classified. There
        ///   must be at least one such clip.
        package init(
            folds: [Fold], labels: [Int], classes: Int, bootstrap: Bootstrap,
            predict: (Fold) throws -> [(clip: Int, prediction: Int)]
        ) rethrows {
            precondition(!folds.isEmpty, "a probe has a test part")
            var confusions: [ConfusionMatrix] = []
            for fold in folds {
                let predictions = try predict(fold)
                clips.append(predictions.map(\.clip))
                hits.append(predictions.map { $0.prediction == labels[$0.clip] ? 1 : 0 })
                confusions.append(
                    ConfusionMatrix(
                        classes: classes, labels: predictions.map { labels[$0.clip] },
                        predictions: predictions.map(\.prediction)))
            }
            self.confusions = confusions
            score = ProbeScore(meanOf: hits, bootstrap: bootstrap)
        }

        /// The difference between this score and another score for the same clips; nil if the clips differ. The
        /// interval of the difference is narrower than the intervals of the scores, because both classifiers are
        /// correct for the easy clips.
        func lead(over other: Outcome, bootstrap: Bootstrap) -> ProbeScore? {
            guard clips == other.clips else { return nil }
            return ProbeScore(
                meanOf: zip(hits, other.hits).map { zip($0, $1).map { $0 - $1 } }, bootstrap: bootstrap)
        }
    }

    /// Fits and evaluates the method on each fold.
    ///
    /// - Parameters:
    ///   - training: the vectors of all clips of the data set. Those of the folds' training and validation parts are
    ///     used.
    ///   - test: the vectors of all clips of the data set. Those of the test parts are used.
    func run(training: ClipVectors, test: ClipVectors) throws -> Outcome {
        var (validation, trainingClips): ([Double], [Int]) = ([], [])
        var convergence = Convergence()
        var outcome = try Outcome(folds: folds, labels: labels, classes: classes, bootstrap: bootstrap) { fold in
            let predictions: [Int]
            var learned = fold.train.count
            switch method {
            case .logistic(let options):
                let probe = try LogisticProbe(
                    training: training, labels: labels, clips: fold.train, validation: fold.validation, groups: groups,
                    classes: classes, options: options)
                // The accuracy is nil if all training clips are of one group, because inner folds need two groups.
                if let accuracy = probe.validationAccuracy { validation.append(accuracy) }
                convergence.add(probe.regression)
                learned = probe.trainingClips
                predictions = probe.predictions(test, clips: fold.test)
            case .paper(let options):
                predictions = LinearProbe(
                    training: training, labels: labels, clips: fold.train, classes: classes, options: options
                ).predictions(test, clips: fold.test)
            case .neighbours(let k):
                predictions = NearestNeighbours(
                    vectors: training, labels: labels, clips: fold.train, classes: classes, k: k
                ).predictions(test, clips: fold.test)
            }
            trainingClips.append(learned)
            return Array(zip(fold.test, predictions))
        }
        outcome.trainingClips = trainingClips
        outcome.convergence = convergence
        if !validation.isEmpty, validation.count == folds.count {
            outcome.validationAccuracy = validation.reduce(0, +) / Double(validation.count)
        }
        return outcome
    }
}
