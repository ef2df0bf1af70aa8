/// Probes what vectors of clips tell about the clips' classes: a ``LinearProbe`` a fold, one answer a clip.
struct ClipProbe: Sendable {
    let labels: [Int]
    let classes: Int
    let folds: [Fold]
    var options = LinearProbe.Options()
    var bootstrap = Bootstrap()

    struct Outcome: Sendable, Equatable {
        var score: ProbeScore
        /// Over the test clips of all folds.
        var confusion: ConfusionMatrix
    }

    /// - Parameters:
    ///   - training: of every clip of the data set (crops); read for the folds' training parts.
    ///   - test: of every clip (segments); read for the test parts.
    func run(training: ClipVectors, test: ClipVectors) -> Outcome {
        var confusion = ConfusionMatrix(classes: classes)
        let scores = folds.map { fold in
            let probe = LinearProbe(
                training: training, labels: labels, clips: fold.train, classes: classes, options: options)
            return zip(fold.test, probe.predictions(test, clips: fold.test)).map { clip, prediction in
                confusion.add(label: labels[clip], prediction: prediction)
                return prediction == labels[clip] ? 1.0 : 0.0
            }
        }
        let (value, ci95) = bootstrap.mean(ofFolds: scores)
        return Outcome(score: ProbeScore(value: value, ci95: ci95), confusion: confusion)
    }
}
