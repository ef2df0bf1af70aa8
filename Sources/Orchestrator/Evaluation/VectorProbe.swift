import OssicleBase
import OssicleData
import OssicleModels
import OssicleStatistics

/// A division of labelled clips into folds. It computes the vectors that a probe needs, and evaluates the probe on
/// them.
struct VectorProbe {
    let clips: [Clip]
    let classes: Int
    let options: ClipProbeOptions
    let folds: [Fold]

    /// The clips of the training and validation parts, from which a probe learns.
    private var training: [Int] { Set(folds.flatMap { $0.train + $0.validation }).sorted() }
    /// The clips of the test parts.
    private var tested: Set<Int> { Set(folds.flatMap(\.test)) }
    var wanted: Set<Int> { tested.union(training) }

    /// Computes the vectors of one encoder in the form that the method needs: one mean vector per clip, or random crops
    /// for training and segments for testing.
    func vectors(
        of encoder: any ViewEncoder, name: String, open: (Int) -> ClipStream?, report: (String) -> Void
    ) throws -> (training: ClipVectors, test: ClipVectors) {
        let embedder = try ClipEmbedder(encoder: encoder, shortestTail: options.shortestTail)
        try embedder.calibrate(on: training, open: open)
        guard case .paper = options.method else {
            let vectors = try embedder.meanVectors(clips: clips.count, wanted: wanted, open: open)
            report("\(name): embedded \(vectors.rows) clips")
            return (vectors, vectors)
        }
        let bytes = max(training.count * encoder.dimension * MemoryLayout<Float>.stride, 1)
        let crops = max(min(options.crops, options.memoryMiB << 20 / bytes), 1)
        let trainingVectors = try embedder.cropVectors(
            clips: clips.count, wanted: Set(training), crops: crops, seed: options.seed, open: open)
        report("\(name): embedded \(trainingVectors.rows) training crops, \(crops) a clip")
        let testVectors = try embedder.segmentVectors(clips: clips.count, wanted: tested, open: open)
        report("\(name): embedded \(testVectors.rows) test segments")
        return (trainingVectors, testVectors)
    }

    /// Evaluates the method on vectors. Clips without vectors are left out.
    /// - Throws: ``EvaluationError/emptyPart(name:)`` if the training or the test part of a fold is then empty;
    ///   ``EvaluationError/interrupted``.
    func outcome(
        _ name: String, variant: String?, training: ClipVectors, test: ClipVectors
    ) throws -> NamedOutcome {
        // Clips that could not be decoded have no vectors.
        let usable = try folds.map { fold in
            let fold = Fold(
                train: fold.train.filter { !training.rows(of: $0).isEmpty },
                validation: fold.validation.filter { !training.rows(of: $0).isEmpty },
                test: fold.test.filter { !test.rows(of: $0).isEmpty })
            guard !fold.train.isEmpty else { throw EvaluationError.emptyPart(name: "training") }
            guard !fold.test.isEmpty else { throw EvaluationError.emptyPart(name: "test") }
            return fold
        }
        // An inner fold holds back the same kind of group as an outer fold: an official fold if there are at least
        // three of them, else a speaker or an instrument.
        let hasFolds = Set(clips.compactMap(\.fold)).count > 2
        let groups = clips.enumerated().compactMap { place, clip in
            (hasFolds ? clip.fold.map { "fold \($0)" } ?? clip.group : clip.group).map { (place, $0) }
        }
        let probe = ClipProbe(
            labels: clips.map { $0.label ?? 0 }, classes: classes, groups: Dictionary(uniqueKeysWithValues: groups),
            folds: usable, method: method, bootstrap: Bootstrap(resamples: options.resamples, seed: options.seed))
        let outcome = try probe.run(training: training, test: test)
        // A regression that was interrupted ends early, and its result must not be used.
        guard !Interruption.isRequested else { throw EvaluationError.interrupted }
        return NamedOutcome(name: name, variant: variant, outcome: outcome, folds: usable)
    }

    private var method: ProbeMethod {
        switch options.method {
        case .logistic(var method):
            (method.seed, method.threads) = (options.seed, options.threads)
            return .logistic(method)
        case .paper(var method):
            method.seed = options.seed
            return .paper(method)
        case .neighbours: return options.method
        }
    }
}
