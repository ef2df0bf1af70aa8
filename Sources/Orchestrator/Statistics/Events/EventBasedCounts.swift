import OssicleBase

/// Event-based hits, as `sed_eval.sound_event.EventBasedMetrics` counts them: a prediction may hit a reference event of its
/// label if
///
///     |onset − onset′| ≤ collar      and, with ``Offset/within(shareOfLength:)``:
///     |offset − offset′| ≤ max(collar, share·(reference's length))
///
/// and of all ways to pair them, each at most once, one with the most pairs counts. Its number is unique, its pairs are not:
/// event-based substitutions, hence sed_eval's event-based error rate, depend on which pairs an algorithm happens to
/// find, and are left out here.
///
/// *Reference:* Mesaros, Heittola, Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6), 2016.
public struct EventBasedCounts: Sendable {
    public enum Offset: Sendable, Equatable {
        case ignored
        case within(shareOfLength: Double)
    }

    public let labels: [String]
    public let collarSeconds: Double
    public let offset: Offset
    /// A count a label.
    public private(set) var counts: [DetectionCounts]

    public init(labels: [String], collarSeconds: Double = 0.2, offset: Offset = .ignored) {
        self.labels = labels
        self.collarSeconds = collarSeconds
        self.offset = offset
        counts = Array(repeating: DetectionCounts(), count: labels.count)
    }

    /// Adds one recording, whose events have labels of ``labels``.
    public mutating func add(reference: [SoundEvent], prediction: [SoundEvent]) {
        precondition((reference + prediction).allSatisfy { labels.contains($0.label) }, "events have known labels")
        for (place, label) in labels.enumerated() {
            let wanted = reference.filter { $0.label == label }
            let found = prediction.filter { $0.label == label }
            let targets = found.map { event in wanted.indices.filter { isHit(wanted[$0], event) } }
            counts[place] += DetectionCounts(
                hits: Self.largestMatching(targets, right: wanted.count), reference: wanted.count,
                predicted: found.count)
        }
    }

    private func isHit(_ reference: SoundEvent, _ prediction: SoundEvent) -> Bool {
        guard abs(reference.onset - prediction.onset) <= collarSeconds else { return false }
        switch offset {
        case .ignored:
            return true
        case .within(let share):
            return abs(reference.offset - prediction.offset) <= max(collarSeconds, share * reference.seconds)
        }
    }

    /// Number of pairs in a largest matching of a bipartite graph: from each left vertex in turn, an augmenting path.
    ///
    /// - Parameter edges: the right vertices, all below `right`, of each left one.
    static func largestMatching(_ edges: [[Int]], right: Int) -> Int {
        var partner: [Int?] = Array(repeating: nil, count: right)
        var isVisited: [Bool] = []
        func augment(_ left: Int) -> Bool {
            for vertex in edges[left] where !isVisited[vertex] {
                isVisited[vertex] = true
                let rival = partner[vertex]
                if rival == nil || rival.map(augment) == true {
                    partner[vertex] = left
                    return true
                }
            }
            return false
        }
        return edges.indices.reduce(0) { pairs, left in
            isVisited = Array(repeating: false, count: right)
            return pairs + (augment(left) ? 1 : 0)
        }
    }
}
