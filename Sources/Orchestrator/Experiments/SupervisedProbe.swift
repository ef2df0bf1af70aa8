import OssicleData
import OssicleEvaluation
import OssicleModels
import OssicleStatistics
import OssicleTraining

/// Trains the whole encoder on a data set's classes, from a run's weights (fine-tuning) or from random ones, and judges it
/// as the linear probe is judged: mean logits over a clip's segments, the data set's own folds, the same interval.
///
/// The training is the recipe `supervised` in the same loop as pretraining: one random crop a clip and step, Adam.
/// *Reference:* Saeed, Grangier, Zeghidour, ICASSP 2021, §4.
public struct SupervisedProbe {
    /// Front end, views and encoder; its method is replaced.
    public var recipe: Recipe
    /// nil: from random initialisation.
    public var start: Checkpoint?
    /// What the classifier reads: maps of the encoder, or its last one.
    public var embedding: Embedding
    public var epochs = 30
    public var batchSize = 64
    public var learningRate = 1e-3
    public var division: Division?
    /// Judge on the last fold alone: what `data.hold_out: test` keeps from training.
    public var heldOutOnly = false
    public var shortestTail = ClipSegments.defaultShortestTail
    public var resamples = 1000
    public var seed: UInt64 = 0
    public var threads: Int

    /// - Parameter embedding: nil: the checkpoint's, or the recipe's.
    public init(recipe: Recipe, start: Checkpoint?, embedding: Embedding? = nil, threads: Int) {
        self.recipe = recipe
        self.start = start
        self.embedding = embedding ?? start?.embedding ?? Embedding(recipe: recipe)
        self.threads = threads
    }

    /// - Parameter report: receives a line whenever a fold is done.
    public func run(_ dataset: AudioDataset, report: (String) -> Void = { _ in }) throws -> ProbeReport {
        guard dataset.clips.contains(where: { $0.label != nil }) else {
            throw EvaluationError.noLabels(layout: dataset.layout.rawValue)
        }
        let folds = try (division ?? dataset.division).makeFolds(of: dataset.clips, seed: seed, lastOnly: heldOutOnly)
        let store = ClipStore(dataset: dataset, recipe: recipe)
        let labels = dataset.clips.map { $0.label ?? 0 }
        var number = 0
        var outcome = try ClipProbe.Outcome(
            folds: folds, labels: labels, classes: dataset.classes.count,
            bootstrap: Bootstrap(resamples: resamples, seed: seed)
        ) { fold in
            let predictions = try predict(fold, dataset, store)
            number += 1
            let correct = predictions.count { labels[$0.clip] == $0.prediction }
            report("fold \(number) of \(folds.count): \(correct) of \(predictions.count) clips right")
            return predictions
        }
        outcome.trainingClips = folds.map(\.train.count)
        return ProbeReport(
            outcome, folds: folds, classes: dataset.classes, layout: dataset.layout.rawValue, seed: seed,
            method: "fine-tuned", embedding: embedding.readNames)
    }

    /// Trains on one fold; returns the test clips that could be decoded, each with its predicted class.
    private func predict(_ fold: Fold, _ dataset: AudioDataset, _ store: ClipStore) throws -> [(
        clip: Int, prediction: Int
    )] {
        var recipe = recipe
        recipe.method = .supervised
        recipe.training.batchSize = min(batchSize, fold.train.count)
        recipe.training.seed = seed
        // The same conditions for every start, whatever its pretraining was like.
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
