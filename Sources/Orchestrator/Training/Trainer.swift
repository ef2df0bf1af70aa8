import Foundation
import OssicleBase
import OssicleData
import OssicleGraph
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// A run: data, model, loop, log, checkpoints. Everything that decides its bits is in the recipe and the data; threads,
/// interruptions and the time of checkpoints are not.
public final class Trainer {
    public struct Outcome: Sendable {
        public let report: TrainingReport
        public var interrupted: Bool { report.interrupted }
    }

    private let recipe: Recipe
    private let dataset: AudioDataset
    private let folder: RunFolder
    private let threads: Int
    private let observer: (any TrainingObserver)?
    private let evaluation: Evaluation?
    private var warnings: [String] = []

    /// - Parameters:
    ///   - output: the run's folder; created, or one that holds a run when `resume` is set.
    public convenience init(
        recipe: Recipe, dataset: AudioDataset, output: String, threads: Int, observer: (any TrainingObserver)? = nil
    ) {
        self.init(
            recipe: recipe, dataset: dataset, output: output, threads: threads, observer: observer, evaluation: nil)
    }

    /// What is made of the encoder every `training.evaluation_epochs`, and at the end: an accuracy and its 95 % interval;
    /// nil if ``Interruption`` has ended the evaluation.
    package typealias Judge = (ParameterStore) throws -> (accuracy: Double, ci95: Interval?)?

    /// Makes the judge when a run starts: an error of its data is found before the first step.
    package typealias Evaluation = (_ recipe: Recipe, _ threads: Int) throws -> Judge

    package init(
        recipe: Recipe, dataset: AudioDataset, output: String, threads: Int, observer: (any TrainingObserver)?,
        evaluation: Evaluation?
    ) {
        self.evaluation = evaluation
        self.recipe = recipe
        self.dataset = dataset
        self.threads = threads
        self.observer = observer
        folder = RunFolder(output)
    }

    /// Trains to the recipe's end, or until ``Interruption``; both leave a checkpoint. No other process can use the
    /// run's folder meanwhile.
    ///
    /// - Parameters:
    ///   - resume: whether to continue the run in the folder.
    ///   - allowsNewData: whether the run may be continued with other clips than those it was started with. It then begins
    ///     a new epoch, and its result is not that of an uninterrupted run.
    /// - Throws: ``TrainingError/interrupted(path:isNew:)`` if the training is interrupted before its first step.
    public func run(resume: Bool, allowsNewData: Bool = false) throws -> Outcome {
        try recipe.validate()
        let lock = try RunFolder.lock(folder.path)
        defer { withExtendedLifetime(lock) {} }
        if !lock.isEffective { warnings.append(RunFolder.warning(about: folder.path)) }
        if folder.hasCheckpoint && !resume { throw TrainingError.runExists(path: folder.path) }
        if !folder.hasCheckpoint && resume { throw TrainingError.nothingToResume(path: folder.path) }
        let method = recipe.trainingMethod
        let heldOut = recipe.data.holdOut == .test ? try dataset.heldOut : []
        let labels =
            method.labels != .none
            ? try LabelSubset(
                dataset, share: recipe.data.labelShare, seed: recipe.training.seed, without: heldOut
            ).labels : nil
        if let labels, labels.allSatisfy({ $0 < 0 }) {
            throw TrainingError.labelsMissing(method: recipe.method.rawValue, data: dataset.shownRoots)
        }
        let clips = dataset.clips.indices.filter { clip in
            !heldOut.contains(clip) && (method.labels != .every || labels.map { $0[clip] >= 0 } ?? true)
        }
        let classes = method.labels != .none ? dataset.classes : []
        // Before the memory of the step is allocated.
        guard recipe.training.batchSize <= clips.count else {
            throw DataError.batchTooLarge(batch: recipe.training.batchSize, clips: clips.count)
        }

        var counters = RunCounters()
        var hasNewData = false
        let step: TrainingStep
        if resume {
            let checkpoint = try Checkpoint(folder.path)
            try checkpoint.recipe.expectResumable(as: recipe)
            hasNewData = try expectSameData(as: checkpoint, classes, allowsNewData: allowsNewData)
            step = try makeStep(classes)
            try checkpoint.load(into: step.parameters, moments: step.optimizer.moments)
            counters = checkpoint.counters
            if hasNewData {
                counters.changeData(
                    "the run goes on with other data after step \(counters.step): \(checkpoint.data) before, "
                        + "\(dataset.identity) now; its result is not that of an uninterrupted run")
            }
        } else {
            step = try makeStep(classes)
            try start(step)
        }
        if step.readsAverages, recipe.optimizer.average == 0 {
            throw RecipeError.invalidValue(
                key: "optimizer.average", value: "0",
                expected: "a number above 0, because the method reads running averages of the weights")
        }
        try folder.expectRoom(for: Checkpoint.bytes(of: step.parameters, moments: step.optimizer.moments))
        let judge = try evaluation.map { try $0(recipe, threads) }
        let store = ClipStore(dataset: dataset, recipe: recipe)
        try expectMemory(for: store, batchBytes: 4 * step.views * step.viewValues)
        let loader = try ViewLoader(
            store: store, recipe: recipe, clips: clips, labels: method.labels == .every ? nil : labels,
            start: (epoch: counters.epoch, batch: counters.batch))
        defer { loader.stop() }
        if takesTwoCrops { warnAboutShortClips() }
        if recipe.data.holdOut == .test, heldOut.isEmpty {
            warnings.append(
                "data.hold_out is test, but these clips have no published test part: all of them are trained on")
        }
        let start = TrainingRun.Start(isResumed: resume, hasNewData: hasNewData, counters: counters)
        return try train(step, loader, store, start, classes, judge)
    }

    /// Whether the loss compares two crops of a clip that are drawn apart from each other. Crops at the start of the clip
    /// are the same sound in any case, and differ by their augmentation.
    private var takesTwoCrops: Bool {
        recipe.trainingMethod.isContrastive && recipe.data.placement == .random
            && recipe.trainingMethod.views.contains { $0.placement == .nearAnchor }
    }

    /// Compares the clips, their classes, and what the cache changes of their samples with those of a checkpoint.
    /// - Returns: whether there are other clips, which `allowsNewData` allows.
    /// - Throws: ``TrainingError`` if something else differs.
    private func expectSameData(
        as checkpoint: Checkpoint, _ classes: [String], allowsNewData: Bool
    ) throws(TrainingError) -> Bool {
        let isSame = checkpoint.data.isEmpty || checkpoint.data == dataset.identity
        guard isSame || allowsNewData else {
            throw .dataDiffers(path: folder.path, saved: checkpoint.data, found: dataset.identity)
        }
        // The outputs of a classifier belong to its classes.
        guard checkpoint.classes == classes else {
            throw .classesDiffer(
                path: folder.path, saved: "the classes \(checkpoint.classes.joined(separator: ", "))",
                found: "the classes \(classes.joined(separator: ", "))")
        }
        guard isSame else { return true }
        let (saved, wanted) = (checkpoint.recipe.data.cacheMemoryMiB, recipe.data.cacheMemoryMiB)
        guard
            ClipStore.approximated(in: dataset, recipe: checkpoint.recipe)
                == ClipStore.approximated(in: dataset, recipe: recipe)
        else { throw .recipeDiffers(key: "data.cache_memory_mib", saved: "\(saved)", wanted: "\(wanted)") }
        return false
    }

    /// Checks that the clips and batches that will be in memory fit. They are allocated little by little.
    private func expectMemory(for store: ClipStore, batchBytes: Int) throws(MemoryError) {
        let batches = max(recipe.data.prefetch, recipe.data.workers) * batchBytes
        try Arena.expectAvailable(
            store.keptBytes + batches, advice: "use a smaller data.cache_memory_mib (--cache-memory) or data.prefetch")
    }

    private func makeStep(_ classes: [String]) throws(MemoryError) -> TrainingStep {
        try TrainingStep(
            recipe: recipe, batch: recipe.training.batchSize, classes: classes.count, threads: threads)
    }

    /// Gives the encoder the weights that the recipe begins with.
    private func start(_ step: TrainingStep) throws(TrainingError) {
        guard !recipe.encoder.start.isEmpty else { return }
        let names = ModelBuilder(recipe: recipe).encoderNames()
        let missing: [String]
        do {
            missing = try StartWeights(recipe.encoder.start).load(into: step.parameters, names: names)
        } catch {
            throw .start(error)
        }
        guard let first = missing.min() else { return }
        warnings.append(
            "\(recipe.encoder.start) lacks \(missing.count) of the encoder’s \(names.count) tensors (\(first) for one); "
                + "they begin at random")
    }

    private func train(
        _ step: TrainingStep, _ loader: ViewLoader, _ store: ClipStore, _ start: TrainingRun.Start,
        _ classes: [String], _ judge: Judge?
    ) throws -> Outcome {
        var counters = start.counters
        let totalSteps = counters.totalSteps(recipe, batchesPerEpoch: loader.batchesPerEpoch)
        let loop = TrainingLoop(
            step: step, loader: loader,
            schedule: LearningRateSchedule(
                base: recipe.optimizer.learningRate, section: recipe.schedule, totalSteps: totalSteps,
                batchesPerEpoch: loader.batchesPerEpoch),
            totalSteps: totalSteps)
        let run = TrainingRun(
            recipe: recipe, step: step, folder: folder, start: start, totalSteps: totalSteps,
            batchesPerEpoch: loader.batchesPerEpoch, classes: classes, data: dataset.identity, observer: observer,
            judge: judge)
        for sentence in warnings + (counters.dataChanges ?? []).map(\.sentence) { run.warn(sentence) }
        guard counters.step < totalSteps || run.pendingEvaluation != nil else {
            // A finished run was resumed. Its files stay as they are.
            run.warn("the run in \(folder.path) is finished: it has all \(totalSteps) steps")
            return Outcome(report: run.report(counters, threads: threads))
        }
        observer?.began()
        try run.evaluatePending()
        let ending = try run.savingOnLoss(&counters) { counters in
            try loop.run(&counters, isCancelled: { Interruption.isRequested }) { done, counters in
                try run.add(done, counters)
                return !Interruption.isRequested
            }
        }
        if case .notFinite(let number) = ending {
            throw TrainingError.lossNotFinite(step: number, path: folder.path, hasCheckpoint: folder.hasCheckpoint)
        }
        guard run.hasAdvanced else { throw TrainingError.interrupted(path: folder.path, isNew: !start.isResumed) }
        try run.save(counters)
        for sentence in store.report.warnings { run.warn(sentence) }
        let report = run.report(counters, threads: threads)
        try folder.writeReport(report)
        return Outcome(report: report)
    }

    private func warnAboutShortClips() {
        let view = recipe.viewSeconds
        let share = dataset.shareShorter(than: 2 * view)
        guard share > 0 else { return }
        let percent = max(1, Int((100 * share).rounded()))
        warnings.append(
            "\(percent) % of the clips are shorter than two views (\(Self.seconds(2 * view)) s): their two crops are "
                + "nearly the same sound, and a pretext on those alone teaches nothing")
    }

    private static func seconds(_ value: Double) -> String { String(format: "%.2f", value) }
}
