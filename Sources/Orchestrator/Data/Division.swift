import OssicleBase

/// Indices into a data set's clips: what a probe learns from, is tuned on, and is judged by.
public struct Fold: Sendable, Equatable {
    public var train: [Int]
    public var validation: [Int]
    public var test: [Int]

    public init(train: [Int] = [], validation: [Int] = [], test: [Int] = []) {
        self.train = train
        self.validation = validation
        self.test = test
    }
}

/// How a data set's labelled clips are divided into training and test parts. Clips without a label are in none.
public enum Division: Sendable, Equatable {
    /// Each official fold is the test part once, all others train (ESC-50).
    case folds
    /// The official lists: one fold (Speech Commands, NSynth).
    case lists
    /// Groups in alphabetical order, this many at a time, are the test part once; a last, smaller set too (fsdd: two of
    /// six speakers, three folds).
    case heldOutGroups(Int)
    /// One fold; of each class this fraction tests, drawn by the seed. Where clips have groups, whole groups test, so
    /// that no group is on both sides, and classes are balanced as far as groups allow.
    case random(testFraction: Double)

    /// The division that a data set is published with; nil where its clips show none.
    ///
    /// - Parameter prefersGroups: hold two groups out at a time rather than use the official lists.
    public static func published(for clips: [Clip], prefersGroups: Bool = false) -> Division? {
        let labelled = clips.filter { $0.label != nil }
        if prefersGroups, Set(labelled.compactMap(\.group)).count >= 3, labelled.allSatisfy({ $0.group != nil }) {
            return .heldOutGroups(2)
        }
        if Set(labelled.compactMap(\.fold)).count >= 2 { return .folds }
        if labelled.contains(where: { $0.split == .train }), labelled.contains(where: { $0.split == .test }) {
            return .lists
        }
        return nil
    }

    /// ``published(for:prefersGroups:)``, or random, 80 / 20.
    public static func standard(for clips: [Clip], prefersGroups: Bool = false) -> Division {
        published(for: clips, prefersGroups: prefersGroups) ?? .random(testFraction: 0.2)
    }

    /// - Parameters:
    ///   - seed: read by `random` alone.
    ///   - lastOnly: the last fold alone, whose test part is what training can be asked to leave out.
    public func makeFolds(
        of clips: [Clip], seed: UInt64 = 0, lastOnly: Bool = false
    ) throws(EvaluationError) -> [Fold] {
        let folds = try makeAllFolds(of: clips, seed: seed)
        return lastOnly ? folds.suffix(1) : folds
    }

    private func makeAllFolds(of clips: [Clip], seed: UInt64) throws(EvaluationError) -> [Fold] {
        let labelled = clips.indices.filter { clips[$0].label != nil }
        switch self {
        case .folds:
            let names = Set(labelled.compactMap { clips[$0].fold }).sorted()
            guard names.count >= 2 else { throw .noFolds }
            return names.map { name in
                Fold(
                    train: labelled.filter { clips[$0].fold != nil && clips[$0].fold != name },
                    test: labelled.filter { clips[$0].fold == name })
            }
        case .lists:
            let part = { (split: Clip.Split) in labelled.filter { clips[$0].split == split } }
            let fold = Fold(train: part(.train), validation: part(.validation), test: part(.test))
            guard !fold.train.isEmpty else { throw .emptyPart(name: "training") }
            guard !fold.test.isEmpty else { throw .emptyPart(name: "test") }
            return [fold]
        case .heldOutGroups(let count):
            let names = Set(labelled.compactMap { clips[$0].group }).sorted()
            guard names.count > count else { throw .tooFewGroups(found: names.count, needed: count + 1) }
            return stride(from: 0, to: names.count, by: count).map { first in
                let heldOut = Set(names[first..<min(first + count, names.count)])
                return Fold(
                    train: labelled.filter { clips[$0].group.map { !heldOut.contains($0) } ?? false },
                    test: labelled.filter { clips[$0].group.map(heldOut.contains) ?? false })
            }
        case .random(let testFraction):
            guard labelled.count >= 2 else { throw .tooFewClips(found: labelled.count) }
            let test = Self.drawTest(from: labelled, of: clips, fraction: testFraction, seed: seed)
            let fold = Fold(train: labelled.filter { !test.contains($0) }, test: test.sorted())
            guard !fold.train.isEmpty, !fold.test.isEmpty else { throw .tooFewClips(found: labelled.count) }
            return [fold]
        }
    }

    /// Groups are visited in a drawn order; one goes to the test part if that brings the classes' counts nearer to what
    /// is wanted, Σ_k |have_k − want_k|. Without groups every clip is one of its own, and the counts come out exact
    /// (every class of two or more clips has at least one on each side).
    private static func drawTest(
        from labelled: [Int], of clips: [Clip], fraction: Double, seed: UInt64
    ) -> Set<Int> {
        let sizes = Dictionary(grouping: labelled) { clips[$0].label }.mapValues(\.count)
        var wanted = sizes.mapValues { size in
            size < 2 ? 0 : min(max((Double(size) * fraction).rounded(), 1), Double(size - 1))
        }
        var groups = Dictionary(grouping: labelled) { clips[$0].group ?? "\u{0}\($0)" }
            .sorted { $0.key < $1.key }.map(\.value)
        var stream = RandomStream(seed: seed, purpose: .probe, clip: Int(UInt32.max))
        stream.shuffle(&groups)
        var test: Set<Int> = []
        for group in groups {
            let counts = Dictionary(grouping: group) { clips[$0].label }.mapValues { Double($0.count) }
            let gain = counts.reduce(0.0) { sum, entry in
                let want = wanted[entry.key] ?? 0
                return sum + abs(want) - abs(want - entry.value)
            }
            guard gain > 0 else { continue }
            test.formUnion(group)
            for (label, count) in counts { wanted[label, default: 0] -= count }
        }
        return test
    }
}

extension AudioDataset {
    private var prefersGroups: Bool { layout.reader.prefersGroups }

    /// ``Division/standard(for:prefersGroups:)`` of the clips.
    package var division: Division { .standard(for: clips, prefersGroups: prefersGroups) }

    /// The test and validation clips of the published division's last fold: a test list, ESC's last fold, fsdd's last two
    /// speakers. Empty where no division is published.
    package var heldOut: Set<Int> {
        get throws(EvaluationError) {
            guard let division = Division.published(for: clips, prefersGroups: prefersGroups) else { return [] }
            let folds = try division.makeFolds(of: clips, lastOnly: true)
            return Set(folds.flatMap { $0.test + $0.validation })
        }
    }
}
