import Dispatch

/// A number of threads that run numbered jobs. The jobs must not depend on each other.
struct Workers: Sendable {
    let threads: Int

    func forEach(_ count: Int, _ job: @Sendable (Int) -> Void) {
        let workers = min(threads, count)
        guard workers > 1 else { return (0..<count).forEach(job) }
        // `job` does not escape, because `concurrentPerform` returns only after all jobs have ended.
        withoutActuallyEscaping(job) { job in
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                for number in stride(from: worker, to: count, by: workers) { job(number) }
            }
        }
    }
}
