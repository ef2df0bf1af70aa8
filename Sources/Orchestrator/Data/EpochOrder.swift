import OssicleBase
import Synchronization

/// The order in which an epoch visits the clips, and its division into batches.
struct EpochOrder: Sendable {
    let clips: [Int]
    let batchSize: Int
    let seed: UInt64
    /// The stratum of each clip in `clips`. Every section of an order has its share of every stratum, to within one
    /// clip. nil: all clips are in the same stratum.
    var strata: [Int]?

    /// The number of full batches in an epoch. The remaining clips at the end of an order are not used in this epoch.
    var batches: Int { clips.count / batchSize }

    /// All clips, in a random order that is different in every epoch.
    func shuffled(epoch: Int) -> [Int] {
        var stream = RandomStream(seed: seed, purpose: .order, epoch: epoch)
        guard let strata else {
            var order = clips
            stream.shuffle(&order)
            return order
        }
        // The n clips of a stratum are spread evenly over the epoch: clip j is at the position (j + u) / n.
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

    /// The clips that may replace an unusable clip at position `slot` of a batch, in order of preference: the clips from
    /// the same position of the next batch onwards. Clips that are in the batch already come last. The chosen clip
    /// depends on the files only.
    /// - Parameter chosen: the clips at the earlier positions of the batch.
    func replacements(_ shuffled: [Int], batch: Int, slot: Int, chosen: [Int]) -> [Int] {
        let first = batch * batchSize
        let own = Set(shuffled[first..<first + batchSize]).union(chosen)
        let others = shuffled.indices.map { shuffled[(first + slot + batchSize + $0) % shuffled.count] }
        return others.filter { !own.contains($0) } + others.filter(own.contains)
    }
}

/// The orders of the last epochs. Loader threads work on two epochs at most, and share their orders: a large data set is shuffled once
/// per epoch.
final class EpochOrders: Sendable {
    let rule: EpochOrder
    private let made = Mutex<[(epoch: Int, order: [Int])]>([])

    init(_ rule: EpochOrder) { self.rule = rule }

    func order(ofEpoch epoch: Int) -> [Int] {
        made.withLock { made in
            if let known = made.first(where: { $0.epoch == epoch }) { return known.order }
            let order = rule.shuffled(epoch: epoch)
            made = made.suffix(1) + [(epoch, order)]
            return order
        }
    }
}
