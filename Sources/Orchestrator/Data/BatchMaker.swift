/// The part of a loader thread that makes batches, one after the other. Each thread has its own.
struct BatchMaker: Sendable {
    let cutter: ViewCutter
    /// The orders of the epochs, which all threads share.
    private let orders: EpochOrders
    private var order: EpochOrder { orders.rule }
    /// The label of each clip of the data set.
    let labels: [Int32]
    private var scratch: [Float]

    private var viewsPerClip: Int { cutter.views.count }

    init(cutter: ViewCutter, orders: EpochOrders, labels: [Int32]) {
        self.labels = labels
        self.cutter = cutter
        self.orders = orders
        scratch = [Float](repeating: 0, count: cutter.scratchCount)
    }

    /// Makes batch number `number`, counted from the first batch of epoch 0. nil: it was stopped before the batch was
    /// finished.
    ///
    /// - Parameters:
    ///   - number: the number of the batch.
    ///   - views: memory for the views. If it has the right size, it is used for the batch.
    ///   - isStopped: whether to stop.
    mutating func make(
        _ number: Int, views: inout [Float], isStopped: () -> Bool
    ) -> Result<ViewBatch, DataError>? {
        let (epoch, batch) = number.quotientAndRemainder(dividingBy: order.batches)
        let shuffled = orders.order(ofEpoch: epoch)

        let count = viewsPerClip * order.batchSize * cutter.viewValues
        if views.count != count { views = [Float](repeating: 0, count: count) }
        var clips: [Int] = []
        clips.reserveCapacity(order.batchSize)
        for slot in 0..<order.batchSize {
            if isStopped() { return nil }
            var clip: Int? = shuffled[batch * order.batchSize + slot]
            let isCut = clip.map { cut($0, epoch: epoch, slot: slot, into: &views) } ?? false
            // A clip that is lost must not be replaced: a repeated run, which can read it, would get other views.
            if let reason = cutter.store.lossReason { return .failure(.lost(reason: reason)) }
            if !isCut {
                clip = order.replacements(shuffled, batch: batch, slot: slot, chosen: clips)
                    .first { cut($0, epoch: epoch, slot: slot, into: &views) }
            }
            guard let clip else { return .failure(nothingLeft()) }
            clips.append(clip)
        }
        let labels = clips.map { self.labels[$0] }
        let ratios = clips.compactMap { cutter.anchorRatio(clip: $0, epoch: epoch) }
        return .success(
            ViewBatch(epoch: epoch, batch: batch, views: views, labels: labels, ratios: ratios, clips: clips))
    }

    /// Cuts all views of a clip into their positions in the batch. Returns false if the clip is unusable. The clip is
    /// decoded once.
    private mutating func cut(_ clip: Int, epoch: Int, slot: Int, into views: inout [Float]) -> Bool {
        let cutter = cutter
        guard let sound = cutter.store.open(clip) else { return false }
        for view in 0..<viewsPerClip {
            let first = (view * order.batchSize + slot) * cutter.viewValues
            var all = views.mutableSpan
            var values = all._mutatingExtracting(first..<first + cutter.viewValues)
            var scratchSpan = scratch.mutableSpan
            guard
                cutter.cut(sound, clip: clip, epoch: epoch, view: view, into: &values, scratch: &scratchSpan)
            else { return false }
        }
        return true
    }

    private func nothingLeft() -> DataError {
        let dropped = cutter.store.dropped
        return .nothingLeft(skipped: dropped.count, reason: dropped.first?.reason ?? "")
    }
}
