import OssicleKernels

/// Where in the arena every value lives, from the intervals in which it is needed.
///
/// Time runs over the operations forward, then backward. Two values may share bytes when their intervals do not meet.
/// Greedy by size: the largest value first, each at the lowest offset that is free for its whole interval.
/// *Reference:* Pisarchyk, Lee, "Efficient memory management for deep neural net inference", 2020.
package struct MemoryPlan {
    struct Placement {
        let value: Value
        let bytes: Int
        let first: Int
        let last: Int
        var offset: Int
    }

    private(set) var placements: [Placement] = []
    /// Offset of every value, aliases included; −1 where the value is never used.
    private(set) var offsets: [Int]
    /// Elements of every value.
    let counts: [Int]
    package private(set) var bytes = 0
    /// Sum of all sizes: what the arena would take without sharing.
    package private(set) var unsharedBytes = 0

    package init(_ graph: Graph) {
        let count = graph.operations.count
        let end = graph.training ? 2 * count - 1 : count - 1
        var intervals: [Value: ClosedRange<Int>] = [:]
        func touch(_ value: Value, at time: Int) {
            let owner = graph.owner(value)
            let old = intervals[owner] ?? time...time
            intervals[owner] = min(old.lowerBound, time)...max(old.upperBound, time)
        }
        for (index, operation) in graph.operations.enumerated() {
            for value in operation.forwardAccess { touch(value, at: index) }
            if graph.training, !graph.isForwardOnly[index] {
                for value in operation.backwardAccess { touch(value, at: 2 * count - 1 - index) }
            }
        }
        for value in graph.pinned {
            touch(value, at: 0)
            touch(value, at: end)
        }
        offsets = Array(repeating: -1, count: graph.shapes.count)
        counts = graph.shapes.map { $0.reduce(1, *) }
        place(intervals, sizes: counts.indices.map { (graph.formats[$0].bytes * counts[$0] + 63) / 64 * 64 })
        for index in graph.shapes.indices { offsets[index] = offsets[graph.owner(Value(id: index)).id] }
    }

    private mutating func place(_ intervals: [Value: ClosedRange<Int>], sizes: [Int]) {
        let order = intervals.keys.sorted { (sizes[$1.id], $0.id) < (sizes[$0.id], $1.id) }
        for value in order {
            guard let interval = intervals[value] else { continue }
            let size = sizes[value.id]
            let rivals = placements.filter { $0.first <= interval.upperBound && interval.lowerBound <= $0.last }
                .sorted { $0.offset < $1.offset }
            var offset = 0
            for rival in rivals {
                if offset + size <= rival.offset { break }
                offset = max(offset, rival.offset + rival.bytes)
            }
            placements.append(
                Placement(
                    value: value, bytes: size, first: interval.lowerBound, last: interval.upperBound, offset: offset))
            offsets[value.id] = offset
            bytes = max(bytes, offset + size)
            unsharedBytes += size
        }
    }
}
