import OssicleBase
import OssicleData

/// Inner folds: divisions of a training part, with which a setting such as the penalty is chosen. Each clip is judged
/// once, by a model that was fitted to the other clips.
///
/// Groups (speakers, instruments, official folds) are never divided. If clips of one group were used for fitting and
/// for judging, the chosen setting would be a good one for the recognition of groups.
struct InnerFolds: Sendable, Equatable {
    /// The folds. The judged clips are in `validation`. Both parts are in ascending order and not empty.
    private(set) var folds: [Fold] = []

    /// - Parameters:
    ///   - clips: the clips to divide.
    ///   - labels: the classes of all clips of the data set.
    ///   - groups: the group of each clip that has one. A clip without a group is a group of its own.
    ///   - count: the largest number of folds. There are fewer folds if there are fewer groups, and no folds if there
    ///     are fewer than two groups.
    ///   - singleAbove: if there are more clips than this, only the first of five folds is made. With so many clips,
    ///     its scores vary little.
    ///   - seed: determines the order in which the groups are assigned.
    init(of clips: [Int], labels: [Int], groups: [Int: String], count: Int, singleAbove: Int, seed: UInt64) {
        let isSingle = clips.count > singleAbove
        let parts = Self.parts(of: clips, labels: labels, groups: groups, count: isSingle ? 5 : count, seed: seed)
        for judged in isSingle ? Array(parts.prefix(1)) : parts {
            let taken = Set(judged)
            let train = clips.filter { !taken.contains($0) }.sorted()
            if !train.isEmpty, !judged.isEmpty { folds.append(Fold(train: train, validation: judged.sorted())) }
        }
    }

    /// Divides the clips into parts. Groups are visited in random order, larger groups first. Each group is assigned to
    /// the part in which it reduces Σ_k |have_k − want_k| most, where have_k is the part's number of clips of class k,
    /// and want_k is an equal share of that class. If several parts are equally good, the one with the fewest clips is
    /// chosen.
    private static func parts(
        of clips: [Int], labels: [Int], groups: [Int: String], count: Int, seed: UInt64
    ) -> [[Int]] {
        var divided = Dictionary(grouping: Set(clips)) { groups[$0].map { "\u{1}\($0)" } ?? "\u{0}\($0)" }
            .sorted { $0.key < $1.key }.map { $0.value.sorted() }
        let count = min(count, divided.count)
        guard count >= 2 else { return [] }
        // `Division` uses the largest number to draw its test part.
        var stream = RandomStream(seed: seed, purpose: .probe, clip: Int(UInt32.max) - 1)
        stream.shuffle(&divided)
        let order = divided.indices.sorted { (divided[$0].count, $1) > (divided[$1].count, $0) }
        let share = Dictionary(grouping: clips) { labels[$0] }.mapValues { Double($0.count) / Double(count) }
        var wanted = Array(repeating: share, count: count)
        var parts = [[Int]](repeating: [], count: count)
        for group in order.map({ divided[$0] }) {
            let sizes = Dictionary(grouping: group) { labels[$0] }.mapValues { Double($0.count) }
                .sorted { $0.key < $1.key }
            let gains = wanted.map { wanted in
                sizes.reduce(0.0) { sum, entry in
                    let want = wanted[entry.key] ?? 0
                    return sum + abs(want) - abs(want - entry.value)
                }
            }
            var best = 0
            for part in 1..<count
            where gains[part] > gains[best] + 1e-9
                || (gains[part] > gains[best] - 1e-9 && parts[part].count < parts[best].count)
            {
                best = part
            }
            parts[best] += group
            for (label, size) in sizes { wanted[best][label, default: 0] -= size }
        }
        return parts
    }
}
