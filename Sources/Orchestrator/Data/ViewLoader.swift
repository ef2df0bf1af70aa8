import Foundation
import OssicleModels

/// A loader that makes batches of views in advance of the trainer, in separate threads.
///
/// Batches come in order and have the same bits for any number of threads. The threads have a lower priority than those
/// of the trainer, so that they use the remaining processor time.
package final class ViewLoader: Sendable {
    /// The number of full batches in an epoch. Remaining clips are not used in that epoch.
    package let batchesPerEpoch: Int
    /// The number of loader threads.
    package let workers: Int
    private let line: BatchLine

    /// - Parameters:
    ///   - store: the decoded clips.
    ///   - recipe: the recipe of the run.
    ///   - clips: the indices of the clips to train on.
    ///   - labels: the label of each clip of the data set, if not all labels of the data set are used. A value below 0
    ///     means no label. Each batch then has the same share of labeled clips, and of each label, as all clips
    ///     together.
    ///   - start: the first batch to make, for resuming. A `batch` after the end of the epoch continues in the next
    ///     epochs.
    /// - Throws: `DataError.batchTooLarge` if there are fewer clips than a batch has, or the error of a front end or an
    ///   augmentation.
    package init(
        store: ClipStore, recipe: Recipe, clips: [Int], labels: [Int32]? = nil, start: (epoch: Int, batch: Int) = (0, 0)
    ) throws(DataError) {
        let batchSize = recipe.training.batchSize
        guard batchSize <= clips.count else { throw .batchTooLarge(batch: batchSize, clips: clips.count) }
        let order = EpochOrder(
            clips: clips, batchSize: batchSize, seed: recipe.training.seed,
            strata: labels.map { labels in clips.map { Int(labels[$0]) } })
        let maker = BatchMaker(
            cutter: try ViewCutter(store: store, recipe: recipe, backgrounds: clips), orders: EpochOrders(order),
            labels: labels ?? store.dataset.clips.map { Int32($0.label ?? -1) })
        batchesPerEpoch = order.batches
        workers = recipe.data.workers > 0 ? recipe.data.workers : Self.defaultWorkers
        let line = BatchLine(
            first: start.epoch * order.batches + start.batch, capacity: max(recipe.data.prefetch, workers))
        self.line = line
        for number in 0..<workers {
            let thread = Thread { Self.work(maker, line) }
            thread.name = "loader \(number)"
            // Part of the memory of the Fourier transform and of the decoders is on the stack.
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit { line.stop() }

    /// The next batch. It waits until the batch is finished.
    /// - Parameter isCancelled: whether to stop waiting. It is called several times per second.
    /// - Throws: the error of the batch; `DataError.stopped` if the loader was stopped or the waiting was cancelled.
    package func next(isCancelled: () -> Bool = { false }) throws(DataError) -> ViewBatch {
        try line.take(isCancelled: isCancelled)
    }

    /// Accepts the memory of a used batch, for use in a new batch. This is optional, but it saves page faults: a batch
    /// has tens of MiB.
    package func recycle(_ batch: consuming ViewBatch) { line.recycle(batch.views) }

    /// Stops the threads without waiting for them. Afterwards `next()` throws an error.
    package func stop() { line.stop() }

    /// The time that `next()` has waited so far, in seconds.
    package var waitedSeconds: Double { line.waitedSeconds }

    /// One thread per eight cores: one core makes several thousand views per second, and training uses in the order of
    /// a hundred views per second on each core.
    private static var defaultWorkers: Int { max(1, ProcessInfo.processInfo.activeProcessorCount / 8) }

    private static func work(_ maker: BatchMaker, _ line: BatchLine) {
        lowerPriority()
        var maker = maker
        var views: [Float] = []
        while let number = line.claim(memory: &views) {
            guard let outcome = maker.make(number, views: &views, isStopped: { line.stopped }) else { return }
            line.finish(number, outcome)
        }
    }

    private static func lowerPriority() {
        #if os(Linux)
            // On Linux, 0 means the calling thread, not the process. If the call fails, the thread keeps its normal
            // priority.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        #endif
    }
}
