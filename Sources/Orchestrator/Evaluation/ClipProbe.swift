import OssicleData
import OssicleStatistics

/// How a probe learns classes from vectors.
public enum ProbeMethod: Sendable, Equatable {
    /// Logistic regression on the mean vector of each clip, solved to the optimum, its penalty chosen without the test part.
    case logistic(LogisticProbe.Options)
    /// The papers': one linear layer by Adam on random crops, and the mean of the logits of a test clip's segments.
    case paper(LinearProbe.Options)
    /// The vote of this many nearest training clips.
    case neighbours(Int)
}

/// Probes what vectors of clips tell about the clips' classes, one answer a clip, fold by fold.
package struct ClipProbe: Sendable {
    let labels: [Int]
    let classes: Int
    /// Of each clip: its speaker, instrument or source, whose clips are never on both sides of an inner fold.
    let groups: [Int: String]
    let folds: [Fold]
    var method: ProbeMethod
    var bootstrap = Bootstrap()

    package struct Outcome: Sendable, Equatable {
        var score: ProbeScore
        /// Over the test clips of all folds.
        var confusion: ConfusionMatrix
        /// The test clips that could be judged, a list a fold, and 1 for each whose class was found, else 0.
        var clips: [[Int]] = []
        var hits: [[Double]] = []
        /// Clips that each fold's probe learned from.
        package var trainingClips: [Int] = []
        /// Mean over the folds of the accuracy on clips that the choice of the penalty held back; nil where none is chosen.
        var validationAccuracy: Double?

        /// - Parameter predict: the class of each test clip of a fold that could be judged.
        package init(
            folds: [Fold], labels: [Int], classes: Int, bootstrap: Bootstrap,
            predict: (Fold) throws -> [(clip: Int, prediction: Int)]
        ) rethrows {
            confusion = ConfusionMatrix(classes: classes)
            for fold in folds {
                let predictions = try predict(fold)
                for (clip, prediction) in predictions { confusion.add(label: labels[clip], prediction: prediction) }
                clips.append(predictions.map(\.clip))
                hits.append(predictions.map { $0.prediction == labels[$0.clip] ? 1 : 0 })
            }
            let (value, ci95) = bootstrap.mean(ofFolds: hits)
            score = ProbeScore(value: value, ci95: ci95, clips: confusion.total)
        }

        /// How far this score lies above another one of the same clips, whose difference varies less than either: both
        /// find the easy clips. nil where the clips differ.
        func lead(over other: Outcome, bootstrap: Bootstrap) -> ProbeScore? {
            guard clips == other.clips else { return nil }
            let (value, ci95) = bootstrap.mean(ofFolds: zip(hits, other.hits).map { zip($0, $1).map { $0 - $1 } })
            return ProbeScore(value: value, ci95: ci95, clips: confusion.total)
        }
    }

    /// - Parameters:
    ///   - training: of every clip of the data set; read for the folds' training and validation parts.
    ///   - test: of every clip; read for the test parts.
    func run(training: ClipVectors, test: ClipVectors) throws -> Outcome {
        var (validation, trainingClips): ([Double], [Int]) = ([], [])
        var outcome = try Outcome(folds: folds, labels: labels, classes: classes, bootstrap: bootstrap) { fold in
            let predictions: [Int]
            var learned = fold.train.count
            switch method {
            case .logistic(let options):
                try training.expectNumbers(of: fold.train + fold.validation)
                try test.expectNumbers(of: fold.test)
                let probe = try LogisticProbe(
                    training: training, labels: labels, clips: fold.train, validation: fold.validation, groups: groups,
                    classes: classes, options: options)
                // No number where a single group is all there is to learn from.
                if probe.validationAccuracy.isFinite { validation.append(probe.validationAccuracy) }
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
        if !validation.isEmpty, validation.count == folds.count {
            outcome.validationAccuracy = validation.reduce(0, +) / Double(validation.count)
        }
        return outcome
    }
}
