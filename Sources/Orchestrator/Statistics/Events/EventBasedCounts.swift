import OssicleBase

/// Event-based counts, as in `sed_eval.sound_event.EventBasedMetrics`.
///
/// A prediction can be paired with a reference event of the same label if
///
///     |onset − onset′| ≤ collar      and
///     |offset − offset′| ≤ max(collar, share·(reference's length))
///
/// The second condition applies only with ``Offset/within(shareOfLength:)``. An event belongs to at most one pair. The
/// number of hits is the largest possible number of pairs.
///
/// This number is unique, but the pairs are not. The number of event-based substitutions depends on the pairs that an
/// algorithm finds. For this reason, substitutions and sed_eval's event-based error rate are not computed here.
///
/// *Reference:* Mesaros, Heittola, Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6),
/// 2016.
public struct EventBasedCounts: Sendable {
    /// The condition for the offsets of a pair.
    public enum Offset: Sendable, Equatable {
        /// Offsets are not compared.
        case ignored
        /// The offsets differ by at most the collar, or by at most this share of the length of the reference event.
        case within(shareOfLength: Double)
    }

    public let labels: [String]
    /// The largest difference of the onsets of a pair, in seconds.
    public let collarSeconds: Double
    public let offset: Offset
    /// The counts of each label, in the order of ``labels``.
    public private(set) var counts: [DetectionCounts]

    public init(labels: [String], collarSeconds: Double = 0.2, offset: Offset = .ignored) {
        self.labels = labels
        self.collarSeconds = collarSeconds
        self.offset = offset
        counts = Array(repeating: DetectionCounts(), count: labels.count)
    }

    /// Adds one recording. The labels of all events must be in ``labels``.
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

    /// Returns the number of pairs in a largest matching of a bipartite graph. It searches an augmenting path from each
    /// left vertex.
    ///
    /// - Parameters:
    ///   - edges: for each left vertex, the right vertices that are connected to it.
    ///   - right: the number of right vertices.
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
