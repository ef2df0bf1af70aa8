/// Probes what vectors of clips tell about the clips' classes: a ``LinearProbe`` or ``NearestNeighbours`` a fold, one answer
/// a clip.
struct ClipProbe: Sendable {
    let labels: [Int]
    let classes: Int
    let folds: [Fold]
    var options = LinearProbe.Options()
    /// How many neighbours vote; nil for the linear layer.
    var neighbours: Int?
    var bootstrap = Bootstrap()

    struct Outcome: Sendable, Equatable {
        var score: ProbeScore
        /// Over the test clips of all folds.
        var confusion: ConfusionMatrix
        /// The test clips that could be judged, a list a fold, and 1 for each whose class was found, else 0.
        var clips: [[Int]] = []
        var hits: [[Double]] = []

        /// - Parameter predict: the class of each test clip of a fold that could be judged.
        init(
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
            score = ProbeScore(value: value, ci95: ci95)
        }

        /// How far this score lies above another one of the same clips, whose difference varies less than either: both
        /// find the easy clips. nil where the clips differ.
        func lead(over other: Outcome, bootstrap: Bootstrap) -> ProbeScore? {
            guard clips == other.clips else { return nil }
            let (value, ci95) = bootstrap.mean(ofFolds: zip(hits, other.hits).map { zip($0, $1).map { $0 - $1 } })
            return ProbeScore(value: value, ci95: ci95)
        }
    }

    /// - Parameters:
    ///   - training: of every clip of the data set (crops); read for the folds' training parts.
    ///   - test: of every clip (segments); read for the test parts.
    func run(training: ClipVectors, test: ClipVectors) -> Outcome {
        Outcome(folds: folds, labels: labels, classes: classes, bootstrap: bootstrap) { fold in
            if let neighbours {
                let probe = NearestNeighbours(
                    vectors: training, labels: labels, clips: fold.train, classes: classes, k: neighbours)
                return Array(zip(fold.test, probe.predictions(test, clips: fold.test)))
            }
            let probe = LinearProbe(
                training: training, labels: labels, clips: fold.train, classes: classes, options: options)
            return Array(zip(fold.test, probe.predictions(test, clips: fold.test)))
        }
    }
}
