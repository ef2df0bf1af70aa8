import Foundation

/// Where the loader's threads put batches and the trainer takes them, in order. Numbers count batches from the start of
/// training.
///
/// Every member is used under the lock of `condition` only; that makes the class safe to share.
final class BatchLine: @unchecked Sendable {
    typealias Outcome = Result<ViewBatch, DataError>

    private let condition = NSCondition()
    private let capacity: Int
    private var nextToMake: Int
    private var nextToTake: Int
    private var finished: [Int: Outcome] = [:]
    private var spare: [[Float]] = []
    private var isStopped = false
    private var waited = 0.0

    /// - Parameter capacity: batches made or being made that nobody has taken.
    init(first: Int, capacity: Int) {
        self.capacity = capacity
        nextToMake = first
        nextToTake = first
    }

    /// The number of a batch for the caller to make. Waits for room; nil when the loader was stopped.
    ///
    /// - Parameter memory: is let go, and replaced by memory that can be used again where there is some.
    func claim(memory: inout [Float]) -> Int? {
        memory = []
        return condition.withLock {
            while nextToMake >= nextToTake + capacity, !isStopped { condition.wait() }
            guard !isStopped else { return nil }
            defer { nextToMake += 1 }
            if let used = spare.popLast() { memory = used }
            return nextToMake
        }
    }

    func finish(_ number: Int, _ outcome: Outcome) {
        condition.withLock {
            finished[number] = outcome
            condition.broadcast()
        }
    }

    /// The next batch; waits until it is finished.
    func take() throws(DataError) -> ViewBatch {
        let outcome = condition.withLock { () -> Outcome in
            let clock = ContinuousClock()
            let start = clock.now
            while finished[nextToTake] == nil, !isStopped { condition.wait() }
            waited += (clock.now - start) / .seconds(1)
            guard let outcome = finished.removeValue(forKey: nextToTake) else { return .failure(.stopped) }
            nextToTake += 1
            condition.broadcast()
            return outcome
        }
        return try outcome.get()
    }

    /// Gives a batch's memory back.
    func recycle(_ memory: consuming [Float]) {
        let memory = memory
        condition.withLock {
            if spare.count < capacity { spare.append(memory) }
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    var stopped: Bool { condition.withLock { isStopped } }

    /// Seconds that ``take()`` has waited.
    var waitedSeconds: Double { condition.withLock { waited } }
}
