import Foundation

/// A queue of batches. The threads of the loader add batches, and the trainer takes them in order. Batches are numbered
/// from the start of training.
///
/// All members are used only under the lock of `condition`, so that threads can share the class.
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

    /// - Parameters:
    ///   - first: the number of the first batch.
    ///   - capacity: the largest number of batches that are finished or being made, and have not been taken.
    init(first: Int, capacity: Int) {
        self.capacity = capacity
        nextToMake = first
        nextToTake = first
    }

    /// The number of the next batch that the caller makes. It waits until there is room. nil: the loader was stopped.
    ///
    /// - Parameter memory: is released, and replaced by memory of a recycled batch if there is any.
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

    /// Adds a finished batch, or the error that occurred.
    func finish(_ number: Int, _ outcome: Outcome) {
        condition.withLock {
            finished[number] = outcome
            condition.broadcast()
        }
    }

    /// The time between two calls of `isCancelled` while a batch is not finished, in seconds.
    private static let patience = 0.1

    /// The next batch. It waits until the batch is finished.
    /// - Parameter isCancelled: whether to stop waiting.
    /// - Throws: the error of the batch; `DataError.stopped` if the queue was stopped or the waiting was cancelled.
    func take(isCancelled: () -> Bool = { false }) throws(DataError) -> ViewBatch {
        let outcome = condition.withLock { () -> Outcome in
            let clock = ContinuousClock()
            let start = clock.now
            while finished[nextToTake] == nil, !isStopped, !isCancelled() {
                _ = condition.wait(until: Date(timeIntervalSinceNow: Self.patience))
            }
            waited += (clock.now - start) / .seconds(1)
            guard let outcome = finished.removeValue(forKey: nextToTake) else { return .failure(.stopped) }
            nextToTake += 1
            condition.broadcast()
            return outcome
        }
        return try outcome.get()
    }

    /// Accepts the memory of a used batch, for use in a new batch.
    func recycle(_ memory: consuming [Float]) {
        let memory = memory
        condition.withLock {
            if spare.count < capacity { spare.append(memory) }
        }
    }

    /// Stops the queue and ends all waiting.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    var stopped: Bool { condition.withLock { isStopped } }

    /// The time that `take()` has waited so far, in seconds.
    var waitedSeconds: Double { condition.withLock { waited } }
}
