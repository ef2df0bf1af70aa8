import OssicleBase
import OssicleData

/// Divisions of a training part, to choose a setting by: each clip is judged once by what the others teach.
///
/// Groups (speakers, instruments, official folds) stay whole: a setting that is chosen on clips whose group also taught is
/// chosen for recognising groups.
struct InnerFolds: Sendable, Equatable {
    /// (train, judged) of each fold; both parts in rising order and not empty.
    private(set) var folds: [Fold] = []

    /// - Parameters:
    ///   - clips: those to divide.
    ///   - labels: of every clip of the data set.
    ///   - groups: a key for each clip that has one; clips without are groups of their own.
    ///   - count: how many folds at most; fewer where there are fewer groups, none below two groups.
    ///   - singleAbove: with more clips than this, the first of five folds is enough: its scores vary little.
    init(of clips: [Int], labels: [Int], groups: [Int: String], count: Int, singleAbove: Int, seed: UInt64) {
        let isSingle = clips.count > singleAbove
        let parts = Self.parts(of: clips, labels: labels, groups: groups, count: isSingle ? 5 : count, seed: seed)
        for judged in isSingle ? Array(parts.prefix(1)) : parts {
            let taken = Set(judged)
            let train = clips.filter { !taken.contains($0) }.sorted()
            if !train.isEmpty, !judged.isEmpty { folds.append(Fold(train: train, validation: judged.sorted())) }
        }
    }

    /// Groups are visited in a drawn order, larger ones first, and each goes to the part whose classes' counts it brings
    /// nearest to an equal share, Σ_k |have_k − want_k|; among equals to the part with the fewest clips.
    private static func parts(
        of clips: [Int], labels: [Int], groups: [Int: String], count: Int, seed: UInt64
    ) -> [[Int]] {
        var divided = Dictionary(grouping: Set(clips)) { groups[$0].map { "\u{1}\($0)" } ?? "\u{0}\($0)" }
            .sorted { $0.key < $1.key }.map { $0.value.sorted() }
        let count = min(count, divided.count)
        guard count >= 2 else { return [] }
        // Division draws its test part from the last number.
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
