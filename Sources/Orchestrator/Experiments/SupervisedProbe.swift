import OssicleData
import OssicleEvaluation
import OssicleModels
import OssicleStatistics
import OssicleTraining

/// Supervised training of the whole encoder on the classes of a data set. It starts with the weights of a run
/// (fine-tuning) or with random weights. The evaluation is like that of ``LinearProbe``: the mean of the logits over
/// the segments of a clip, the folds of the data set, and the same confidence interval.
///
/// The training uses the method `supervised` and the same loop as pretraining: one random crop per clip and step, Adam.
///
/// *Reference:* Saeed, Grangier, Zeghidour, ICASSP 2021, §4.
public struct SupervisedProbe {
    /// The front end, the views and the encoder. The method of the recipe is replaced.
    public var recipe: Recipe
    /// The run whose weights initialize the encoder; nil: random weights.
    public var start: Checkpoint?
    /// The source of the classifier's input: feature maps of the encoder, or its last one.
    public var embedding: Embedding
    public var epochs = 30
    public var batchSize = 64
    public var learningRate = 1e-3
    /// The division into training and test parts; nil: the published division of the data set, or a random one.
    public var division: Division?
    /// Whether only the last fold is evaluated: the clips that `data.hold_out: test` excludes from training.
    public var heldOutOnly = false
    /// See ``ClipSegments/shortestTail``.
    public var shortestTail = ClipSegments.defaultShortestTail
    /// The number of bootstrap resamples.
    public var resamples = 1000
    public var seed: UInt64 = 0
    public var threads: Int

    /// - Parameter embedding: nil: the embedding of the checkpoint, or of the recipe if there is no checkpoint.
    public init(recipe: Recipe, start: Checkpoint?, embedding: Embedding? = nil, threads: Int) {
        self.recipe = recipe
        self.start = start
        self.embedding = embedding ?? start?.embedding ?? Embedding(recipe: recipe)
        self.threads = threads
    }

    /// Trains and evaluates an encoder for each fold.
    ///
    /// - Parameter report: receives a line of text whenever a fold is done.
    /// - Throws: ``EvaluationError/noLabels(layout:)`` if no clip has a label,
    ///   ``TrainingError/lossNotFinite(step:path:hasCheckpoint:)`` if a training diverges.
    public func run(_ dataset: AudioDataset, report: (String) -> Void = { _ in }) throws -> ProbeReport {
        try EvaluationError.naming(dataset) { try evaluate(dataset, report) }
    }

    private func evaluate(_ dataset: AudioDataset, _ report: (String) -> Void) throws -> ProbeReport {
        let folds = try dataset.probeFolds(division, seed: seed, lastOnly: heldOutOnly)
        let store = ClipStore(dataset: dataset, recipe: recipe)
        let labels = dataset.clips.map { $0.label ?? 0 }
        var number = 0
        var outcome = try ClipProbe.Outcome(
            folds: folds, labels: labels, classes: dataset.classes.count,
            bootstrap: Bootstrap(resamples: resamples, seed: seed)
        ) { fold in
            let predictions = try predict(fold, dataset, store)
            guard !predictions.isEmpty else { throw EvaluationError.emptyPart(name: "test") }
            number += 1
            let correct = predictions.count { labels[$0.clip] == $0.prediction }
            report("fold \(number) of \(folds.count): \(correct) of \(predictions.count) clips right")
            return predictions
        }
        outcome.trainingClips = folds.map(\.train.count)
        var found = ProbeReport(
            outcome, folds: folds, classes: dataset.classes, layout: dataset.layout.rawValue, seed: seed,
            method: "fine-tuned", embedding: embedding.readNames)
        found.warnings = store.report.warnings
        for warning in found.warnings { report("warning: \(warning)") }
        return found
    }

    /// Trains on one fold.
    /// - Returns: the test clips that could be decoded, each with its predicted class.
    private func predict(_ fold: Fold, _ dataset: AudioDataset, _ store: ClipStore) throws -> [(
        clip: Int, prediction: Int
    )] {
        var recipe = recipe
        recipe.method = .supervised
        recipe.training.batchSize = min(batchSize, fold.train.count)
        recipe.training.seed = seed
        // The settings are the same for every start, whatever the settings of the pretraining were.
        recipe.augmentation = AugmentationSection()
        recipe.head = HeadSection()
        recipe[Supervised.Options.self] = Supervised.Options()
        recipe.optimizer = OptimizerSection()
        recipe.schedule = ScheduleSection()
        recipe.schedule.name = .cosine
        let step = try TrainingStep(
            recipe: recipe, batch: recipe.training.batchSize, classes: dataset.classes.count, classified: embedding,
            threads: threads)
        let encoderNames = ModelBuilder(recipe: recipe).encoderNames(embedding)
        try start?.loadResult(into: step.parameters) { encoderNames.contains($0) }
        let loader = try ViewLoader(store: store, recipe: recipe, clips: fold.train)
        defer { loader.stop() }
        let total = epochs * loader.batchesPerEpoch
        let loop = TrainingLoop(
            step: step, loader: loader,
            schedule: LearningRateSchedule(
                base: learningRate, section: recipe.schedule, totalSteps: total,
                batchesPerEpoch: loader.batchesPerEpoch),
            totalSteps: total)
        var counters = RunCounters()
        if case .notFinite(let number) = try loop.run(&counters, after: { _, _ in true }) {
            throw TrainingError.lossNotFinite(step: number, path: "", hasCheckpoint: false)
        }
        let encoder = try EncoderProgram(
            recipe: recipe, parameters: step.parameters, embedding: embedding, classes: dataset.classes.count,
            threads: threads)
        let logits = try ClipEmbedder(encoder: encoder, shortestTail: shortestTail)
            .segmentVectors(clips: dataset.clips.count, wanted: Set(fold.test)) { store.stream(of: $0) }
        let means = logits.means()
        let classes = dataset.classes.count
        return fold.test.filter { !logits.rows(of: $0).isEmpty }.map { clip in
            (clip, means.span.extracting(clip * classes..<(clip + 1) * classes).indexOfLargest)
        }
    }
}
