import Dispatch
import OssicleBase
import Synchronization

/// Runs jobs in parallel on all cores, and counts the clips that they write.
enum Rendering {
    /// Receives the number of clips that are written so far. It is called from any thread, one call at a time.
    typealias Progress = @Sendable (_ done: Int) -> Void

    /// Runs `job` for 0 ..< `count`. A job returns the number of clips that it has written. After an error no further
    /// job starts. If several jobs have failed, the error of the job with the lowest number is thrown.
    /// - Throws: the error of a job, or ``CorpusError/interrupted`` after a request of ``Interruption``.
    static func run(
        _ count: Int, progress: Progress, job: @Sendable (Int) throws(CorpusError) -> Int
    ) throws(CorpusError) {
        struct State {
            var done = 0
            var failure: (job: Int, error: CorpusError)?
        }
        let state = Mutex(State())
        // The closure does not escape, because concurrentPerform returns when all jobs have ended.
        DispatchQueue.concurrentPerform(iterations: count) { index in
            guard state.withLock({ $0.failure == nil }), !Interruption.isRequested else { return }
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
        // Jobs that were interrupted may have failed for this reason.
        guard !Interruption.isRequested else { throw .interrupted }
        if let failure = state.withLock({ $0.failure }) { throw failure.error }
    }
}
