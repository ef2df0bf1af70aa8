import OssicleBase
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
    private let start: Start
    /// nil until the first entry is written.
    private var log: RunLog?
    private var lastCheckpoint = TrainingLoop.now()
    /// In the order in which they occurred.
    private(set) var warnings: [String] = []

    /// The state of the folder before the run.
    struct Start {
        /// Whether the run continues a run in the folder.
        let isResumed: Bool
        /// Whether it goes on with other data.
        let hasNewData: Bool
        /// Where the run begins, with the measures of the checkpoint that it continues.
        let counters: RunCounters
    }

    /// - Parameters:
    ///   - batchesPerEpoch: the number of steps of an epoch.
    ///   - classes: the names of the labels that the run uses.
    ///   - data: the identity of the clips.
    ///   - judge: evaluates the encoder; nil: the run is not evaluated.
    init(
        recipe: Recipe, step: TrainingStep, folder: RunFolder, start: Start, totalSteps: Int, batchesPerEpoch: Int,
        classes: [String], data: String, observer: (any TrainingObserver)?, judge: Trainer.Judge?
    ) {
        self.start = start
        self.recipe = recipe
        self.step = step
        self.folder = folder
        self.totalSteps = totalSteps
        self.classes = classes
        self.data = data
        self.observer = observer
        self.judge = judge
        isContrastive = recipe.trainingMethod.isContrastive
        var measures = start.counters.measures ?? RunMeasures()
        if judge == nil { measures.pendingEvaluation = nil }
        meter = TrainingMeter(
            epochs: start.counters.totalEpochs(totalSteps, batchesPerEpoch: batchesPerEpoch), steps: totalSteps,
            viewsPerStep: step.views, measures: measures)
    }

    /// The epoch whose evaluation was interrupted, or that the process did not live to evaluate; nil if there is none.
    var pendingEvaluation: Int? { meter.measures.pendingEvaluation }

    /// Repeats the evaluation that an earlier process did not finish.
    func evaluatePending() throws {
        if let judge, let epoch = pendingEvaluation { try evaluate(judge, epoch, start.counters) }
    }

    /// Whether a step or an evaluation was done.
    var hasAdvanced: Bool { log != nil }

    /// Calls `body`. If a clip is lost meanwhile (``DataError/lost(reason:)``), the steps before are saved.
    func savingOnLoss<Result>(
        _ counters: inout RunCounters, _ body: (inout RunCounters) throws -> Result
    ) throws -> Result {
        do {
            return try body(&counters)
        } catch let error as DataError {
            if hasAdvanced { try save(counters) }
            throw error
        }
    }

    /// Writes an entry of the log. The files of the run are prepared when the first entry is written, after the first
    /// step: a run that is interrupted before it has written nothing.
    private func append(_ entry: some Encodable) throws(TrainingError) {
        if let log { return try log.append(entry) }
        if start.isResumed {
            try folder.trimLog(
                toStep: start.counters.step,
                evaluates: judge != nil && start.counters.measures?.pendingEvaluation != nil,
                changesData: start.hasNewData)
        } else {
            try folder.write(RecipeFile.yaml(of: recipe), to: "recipe.yaml")
            // A run that stopped before its first checkpoint may have left a log.
            try folder.write("", to: "log.jsonl")
        }
        let opened = try folder.openLog()
        if start.hasNewData, let change = start.counters.dataChanges?.last {
            try opened.append(DataChangeEntry(step: change.step, dataChange: change.sentence))
        }
        log = opened
        try opened.append(entry)
    }

    /// Call it after each step.
    /// - Parameter counters: they refer to the next batch.
    func add(_ done: TrainingLoop.Step, _ counters: RunCounters) throws {
        meter.add(done, counters)
        observer?.progressed(meter.progress)
        try append(LogEntry(meter.progress))
        if counters.batch == 0 || counters.step == totalSteps { try closeEpoch(counters) }
        if TrainingLoop.now() - lastCheckpoint > 60 * recipe.training.checkpointMinutes { try save(counters) }
    }

    private func closeEpoch(_ counters: RunCounters) throws {
        let collapse = CollapseMeasures(
            embeddings: step.embeddings(256).span, count: min(256, step.views), dimension: step.dimension)
        let epoch = meter.closeEpoch(counters, collapse: collapse)
        try append(epoch)
        observer?.finished(epoch)
        if isContrastive, let sentence = meter.measures.observe(epoch) { warn(sentence) }
        let isDue = epoch.epoch % recipe.training.evaluationEpochs == 0 || counters.step == totalSteps
        if let judge, isDue { try evaluate(judge, epoch.epoch, counters) }
    }

    private func evaluate(_ judge: Trainer.Judge, _ epoch: Int, _ counters: RunCounters) throws {
        meter.measures.pendingEvaluation = epoch
        guard !Interruption.isRequested else { return }
        // If the evaluation fails, the epochs before it are not lost.
        try save(counters)
        let start = TrainingLoop.now()
        guard let (accuracy, ci95) = try judge(step.parameters) else { return }
        meter.measures.pendingEvaluation = nil
        let summary = EvaluationSummary(
            epoch: epoch, step: counters.step, probeAccuracy: accuracy, ci95: ci95,
            seconds: TrainingLoop.now() - start)
        try append(summary)
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
            recipe, counters, threads: threads,
            interrupted: counters.step < totalSteps || pendingEvaluation != nil, warnings: warnings)
    }

    /// A line of `log.jsonl` about other data, from the step after `step` on.
    private struct DataChangeEntry: Encodable {
        let step: Int
        let dataChange: String
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
