import OssicleBase

/// One division of a data set for a probe, as indices of clips: clips to train on, to choose settings with, and to
/// compute the score with.
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

/// A way of dividing the labeled clips of a data set into training and test parts. Clips without a label are in no
/// part.
public enum Division: Sendable, Equatable {
    /// Each published fold is the test part once, and all other folds are the training part (ESC-50).
    case folds
    /// The published lists give one fold (Speech Commands, NSynth).
    case lists
    /// The groups are sorted by name. Each set of this many consecutive groups is the test part once. The last set may
    /// be smaller. For FSDD, two of six speakers give three folds.
    case heldOutGroups(Int)
    /// One fold. This fraction of the clips of each class is the test part, and the seed determines which clips they
    /// are. If clips have groups, a group is completely in one part, and the classes are balanced as well as the groups
    /// allow.
    case random(testFraction: Double)

    /// The division that a data set is published with; nil if its clips do not show one.
    ///
    /// - Parameters:
    ///   - clips: the clips of the data set.
    ///   - prefersGroups: whether to hold out two groups at a time instead of using the published lists.
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

    /// ``published(for:prefersGroups:)``, or if there is none, a random division with 20 % of the clips in the test
    /// part.
    public static func standard(for clips: [Clip], prefersGroups: Bool = false) -> Division {
        published(for: clips, prefersGroups: prefersGroups) ?? .random(testFraction: 0.2)
    }

    /// Divides clips.
    /// - Parameters:
    ///   - clips: the clips of a data set.
    ///   - seed: the seed. Only `random` uses it.
    ///   - lastOnly: whether to return only the last fold, whose test part a recipe can exclude from training.
    /// - Throws: ``EvaluationError`` if a part would be empty, or if there are too few folds, groups or clips.
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
            if let other = labelled.first(where: { clips[$0].fold == nil }) {
                throw .foldMissing(path: clips[other].path)
            }
            return names.map { name in
                Fold(
                    train: labelled.filter { clips[$0].fold != name },
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
            guard !fold.train.isEmpty, !fold.test.isEmpty else {
                let groups = Set(labelled.compactMap { clips[$0].group }).count
                throw groups > 0 ? .groupsTooLarge(groups: groups) : .tooFewClips(found: labelled.count)
            }
            return [fold]
        }
    }

    /// Draws the test part of a random division.
    ///
    /// Groups are visited in a random order. A group becomes part of the test part if this reduces the distance between
    /// the present and the wanted numbers of clips per class, Σ_k |have_k − want_k|. A clip without a group is a group
    /// by itself. If no clip has a group, the numbers are exact, and every class of two or more clips has at least one
    /// clip in each part.
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

    /// `Division.standard(for:prefersGroups:)` of the clips.
    package var division: Division { .standard(for: clips, prefersGroups: prefersGroups) }

    /// The test and validation clips of the last fold of the published division: a test list, the last fold of ESC-50,
    /// or the last two speakers of FSDD. It is empty if no division is published.
    package var heldOut: Set<Int> {
        get throws(EvaluationError) {
            guard let division = Division.published(for: clips, prefersGroups: prefersGroups) else { return [] }
            let folds = try division.makeFolds(of: clips, lastOnly: true)
            return Set(folds.flatMap { $0.test + $0.validation })
        }
    }
}
