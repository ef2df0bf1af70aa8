/// The order in which an epoch visits the clips, and how it is cut into batches.
struct EpochOrder: Sendable {
    let clips: [Int]
    let batchSize: Int
    let seed: UInt64

    /// The last clips of an order, fewer than a batch, wait for another epoch's order.
    var batches: Int { clips.count / batchSize }

    /// All clips, shuffled anew for every epoch.
    func shuffled(epoch: Int) -> [Int] {
        var order = clips
        var stream = RandomStream(seed: seed, purpose: .order, epoch: epoch)
        stream.shuffle(&order)
        return order
    }

    /// The clips that may take place `slot` of a batch, best first: the one whose turn it is, then, should it turn out
    /// unusable, those that follow from the same place of the next batch on. Which one takes it depends on the files alone.
    func candidates(_ shuffled: [Int], batch: Int, slot: Int) -> some Sequence<Int> {
        let place = batch * batchSize + slot
        return (0...shuffled.count).lazy.map { attempt in
            attempt == 0 ? shuffled[place] : shuffled[(place + batchSize + attempt - 1) % shuffled.count]
        }
    }
}
