import Foundation
import OssicleModels

/// Makes batches of views ahead of the trainer, on threads of its own.
///
/// Batches come in order and hold the same bits for any number of threads. The threads run at a lower priority than the
/// trainer's: they use what it leaves.
package final class ViewLoader: Sendable {
    /// Full batches in an epoch; clips that are left over wait for another epoch's order.
    package let batchesPerEpoch: Int
    /// Threads at work.
    package let workers: Int
    private let line: BatchLine

    /// - Parameters:
    ///   - clips: indices of the data set's clips to train on.
    ///   - labels: one a clip of the data set, below 0 for none, where not all of the data set's own are used; batches then
    ///     keep the share of labelled clips, and of each label among them.
    ///   - start: the first batch to make, for resuming; a `batch` beyond the epoch's end runs on into the next epochs.
    package init(
        store: ClipStore, recipe: Recipe, clips: [Int], labels: [Int32]? = nil, start: (epoch: Int, batch: Int) = (0, 0)
    ) throws(DataError) {
        let batchSize = recipe.training.batchSize
        guard batchSize <= clips.count else { throw .batchTooLarge(batch: batchSize, clips: clips.count) }
        let order = EpochOrder(
            clips: clips, batchSize: batchSize, seed: recipe.training.seed,
            strata: labels.map { labels in clips.map { Int(labels[$0]) } })
        let maker = BatchMaker(
            cutter: try ViewCutter(store: store, recipe: recipe, backgrounds: clips), order: order,
            labels: labels ?? store.dataset.clips.map { Int32($0.label ?? -1) })
        batchesPerEpoch = order.batches
        workers = recipe.data.workers > 0 ? recipe.data.workers : Self.defaultWorkers
        let line = BatchLine(
            first: start.epoch * order.batches + start.batch, capacity: max(recipe.data.prefetch, workers))
        self.line = line
        for number in 0..<workers {
            let thread = Thread { Self.work(maker, line) }
            thread.name = "loader \(number)"
            // The transform's plan and the decoders live on the stack in part.
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit { line.stop() }

    /// The next batch; blocks until it is made.
    package func next() throws(DataError) -> ViewBatch { try line.take() }

    /// Gives the memory of a batch back for another one. Not needed, but a batch is tens of MiB, and fresh memory costs
    /// page faults.
    package func recycle(_ batch: consuming ViewBatch) { line.recycle(batch.views) }

    /// Ends the threads, without waiting for them; ``next()`` fails from now on.
    package func stop() { line.stop() }

    /// Seconds that ``next()`` has waited so far.
    package var waitedSeconds: Double { line.waitedSeconds }

    /// One core in eight: a core cuts several thousand views a second and a trainer's core uses some hundred.
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
            // On Linux 0 is the calling thread, not the process. Failure would only mean the usual priority.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        #endif
    }
}
