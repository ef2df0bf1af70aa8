import OssicleBase

/// The order in which an epoch visits the clips, and how it is cut into batches.
struct EpochOrder: Sendable {
    let clips: [Int]
    let batchSize: Int
    let seed: UInt64
    /// Of each clip in `clips`: every stretch of an order has its share of every stratum, to within one clip; nil: all are
    /// of one.
    var strata: [Int]?

    /// The last clips of an order, fewer than a batch, wait for another epoch's order.
    var batches: Int { clips.count / batchSize }

    /// All clips, shuffled anew for every epoch.
    func shuffled(epoch: Int) -> [Int] {
        var stream = RandomStream(seed: seed, purpose: .order, epoch: epoch)
        guard let strata else {
            var order = clips
            stream.shuffle(&order)
            return order
        }
        // A stratum of n clips is spread evenly over the epoch: the j-th of them stands at (j + u) / n.
        var places = Array(clips.indices)
        stream.shuffle(&places)
        var counts: [Int: Int] = [:]
        for stratum in strata { counts[stratum, default: 0] += 1 }
        let offsets = counts.keys.sorted().reduce(into: [:]) { $0[$1] = Double(stream.uniform()) }
        var seen: [Int: Int] = [:]
        var standing: [(place: Double, index: Int)] = []
        for index in places {
            let stratum = strata[index]
            let own = Double(seen[stratum, default: 0]) + offsets[stratum, default: 0]
            seen[stratum, default: 0] += 1
            standing.append((own / Double(counts[stratum, default: 1]), index))
        }
        return standing.sorted { ($0.place, $0.index) < ($1.place, $1.index) }.map { clips[$0.index] }
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
