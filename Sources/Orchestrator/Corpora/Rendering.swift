import Dispatch
import Synchronization

/// Runs jobs beside each other, as many as there are cores, and counts what they finish.
enum Rendering {
    /// Reports how many of the corpus's clips are written; called from any thread, one call at a time.
    typealias Progress = @Sendable (_ done: Int) -> Void

    /// Runs `job` for 0 ..< `count`; each returns how many clips it wrote. After an error no further job starts, and
    /// the error with the lowest number among those that happened is thrown.
    static func run(
        _ count: Int, progress: Progress, job: @Sendable (Int) throws(CorpusError) -> Int
    ) throws(CorpusError) {
        struct State {
            var done = 0
            var failure: (job: Int, error: CorpusError)?
        }
        let state = Mutex(State())
        // Without escaping: concurrentPerform returns when every job has ended.
        DispatchQueue.concurrentPerform(iterations: count) { index in
            guard state.withLock({ $0.failure == nil }) else { return }
            do throws(CorpusError) {
                let written = try job(index)
                state.withLock {
                    $0.done += written
                    progress($0.done)
                }
            } catch {
                state.withLock { state in
                    if state.failure.map({ index < $0.job }) ?? true { state.failure = (index, error) }
                }
            }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure.error }
    }
}
