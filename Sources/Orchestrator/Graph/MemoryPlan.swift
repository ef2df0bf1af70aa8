import OssicleKernels

/// The offsets of all values in the arena, computed from the time intervals in which the values are needed.
///
/// Time counts the operations of the forward pass and then those of the backward pass. Two values may share memory if
/// their intervals do not overlap. The algorithm is greedy: it places values in order of decreasing size, each at the
/// lowest offset that is free during the whole interval of the value.
/// *Reference:* Pisarchyk, Lee, "Efficient memory management for deep neural net inference", 2020.
package struct MemoryPlan {
    /// The memory region of one value. The interval is from `first` to `last`.
    struct Placement {
        let value: Value
        let bytes: Int
        let first: Int
        let last: Int
        var offset: Int
    }

    private(set) var placements: [Placement] = []
    /// The offset of every value in bytes, aliases included; −1 if no operation uses the value.
    private(set) var offsets: [Int]
    /// The number of elements of every value.
    let counts: [Int]
    /// The size of the arena in bytes.
    package private(set) var bytes = 0
    /// The sum of all sizes in bytes, which would be the size of the arena if values did not share memory.
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
