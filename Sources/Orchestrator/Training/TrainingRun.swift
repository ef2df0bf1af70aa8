import OssicleData
import OssicleModels
import OssicleStatistics

/// What a trainer does between the steps of a run: the log, the measures, evaluations and checkpoints.
final class TrainingRun {
    private let recipe: Recipe
    private let step: TrainingStep
    private let folder: RunFolder
    private let totalSteps: Int
    private let classes: [String]
    private let data: String
    private let observer: (any TrainingObserver)?
    private let judge: Trainer.Judge?
    private let isContrastive: Bool
    private var meter: TrainingMeter
    private let log: RunLog
    private var lastCheckpoint = TrainingLoop.now()
    /// In the order in which they occurred.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - counters: where the run begins, with the measures of the checkpoint that it continues.
    ///   - batchesPerEpoch: the number of steps of an epoch.
    ///   - classes: the names of the labels that the run uses.
    ///   - data: the identity of the clips.
    ///   - judge: evaluates the encoder; nil: the run is not evaluated.
    init(
        recipe: Recipe, step: TrainingStep, folder: RunFolder, counters: RunCounters, totalSteps: Int,
        batchesPerEpoch: Int, classes: [String], data: String, observer: (any TrainingObserver)?,
        judge: Trainer.Judge?
    ) throws(TrainingError) {
        log = try folder.openLog()
        self.recipe = recipe
        self.step = step
        self.folder = folder
        self.totalSteps = totalSteps
        self.classes = classes
        self.data = data
        self.observer = observer
        self.judge = judge
        isContrastive = recipe.trainingMethod.isContrastive
        meter = TrainingMeter(
            epochs: (totalSteps + batchesPerEpoch - 1) / batchesPerEpoch, steps: totalSteps,
            viewsPerStep: step.views, measures: counters.measures ?? RunMeasures())
    }

    /// Call it after each step.
    /// - Parameter counters: they refer to the next batch.
    func add(_ done: TrainingLoop.Step, _ counters: RunCounters) throws {
        meter.add(done, counters)
        observer?.progressed(meter.progress)
        try log.append(LogEntry(meter.progress))
        if counters.batch == 0 || counters.step == totalSteps { try closeEpoch(counters) }
        if TrainingLoop.now() - lastCheckpoint > 60 * recipe.training.checkpointMinutes { try save(counters) }
    }

    private func closeEpoch(_ counters: RunCounters) throws {
        let collapse = CollapseMeasures(
            embeddings: step.embeddings(256).span, count: min(256, step.views), dimension: step.dimension)
        let epoch = meter.closeEpoch(counters, collapse: collapse)
        try log.append(epoch)
        observer?.finished(epoch)
        if isContrastive, let sentence = meter.measures.observe(epoch) { warn(sentence) }
        let isDue = epoch.epoch % recipe.training.evaluationEpochs == 0 || counters.step == totalSteps
        if let judge, isDue { try evaluate(judge, epoch.epoch, counters) }
    }

    private func evaluate(_ judge: Trainer.Judge, _ epoch: Int, _ counters: RunCounters) throws {
        // If the evaluation fails, the epochs before it are not lost.
        try save(counters)
        let start = TrainingLoop.now()
        let (accuracy, ci95) = try judge(step.parameters)
        let summary = EvaluationSummary(
            epoch: epoch, step: counters.step, probeAccuracy: accuracy, ci95: ci95,
            seconds: TrainingLoop.now() - start)
        try log.append(summary)
        observer?.evaluated(summary)
    }

    /// Writes the checkpoint.
    /// - Throws: ``TrainingError/lossNotFinite(step:path:hasCheckpoint:)`` if a weight is not finite. The loss of the next
    ///   step would show it; until then it must not replace a good checkpoint.
    func save(_ counters: RunCounters) throws {
        guard step.parameters.isFinite else {
            throw TrainingError.lossNotFinite(
                step: counters.step, path: folder.path, hasCheckpoint: folder.hasCheckpoint)
        }
        var counters = counters
        counters.measures = meter.measures
        try Checkpoint.write(
            to: folder.path, store: step.parameters, moments: step.optimizer.moments, recipe: recipe,
            counters: counters, classes: classes, data: data)
        lastCheckpoint = TrainingLoop.now()
    }

    func warn(_ sentence: String) {
        warnings.append(sentence)
        observer?.warned(sentence)
    }

    func report(_ counters: RunCounters, threads: Int) -> TrainingReport {
        meter.report(
            recipe, counters, threads: threads, interrupted: counters.step < totalSteps, warnings: warnings)
    }

    /// A line of `log.jsonl` for one step: the part of the progress that a repeated run reproduces.
    private struct LogEntry: Encodable {
        let epoch: Int
        let step: Int
        let loss: Double
        let losses: [String: Double]?
        let pretextAccuracy: Double
        let learningRate: Double

        init(_ progress: TrainingProgress) {
            epoch = progress.epoch
            step = progress.step
            loss = progress.loss
            losses = progress.losses
            pretextAccuracy = progress.pretextAccuracy
            learningRate = progress.learningRate
        }
    }
}
