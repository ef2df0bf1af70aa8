import Dispatch
import Foundation
import Synchronization

/// Trials of one kind, one after another or in parallel jobs.
struct Campaign: Sendable {
    let attack: any Attack
    let seed: UInt64
    let program: Program
    /// The folder for the cases of faults.
    let output: String
    /// The folder in which the trials work.
    let work: String

    private var kind: String { type(of: attack).name }

    private struct State {
        var next: Int
        var summary: Summary
        var trouble: (any Error)?
    }

    /// Runs the trials with the numbers `first`, `first` + 1, …
    /// - Parameters:
    ///   - trials: the largest number of trials.
    ///   - seconds: the time after which no trial is started.
    func run(first: Int, trials: Int, seconds: Double, jobs: Int) throws -> Summary {
        var summary = Summary(kind: kind, seed: seed)
        summary.skipped = attack.skipped
        let state = Mutex(State(next: first, summary: summary))
        let end = DispatchTime.now() + seconds
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while DispatchTime.now() < end {
                let number = state.withLock { state in
                    defer { state.next += 1 }
                    return state.trouble == nil && state.next < first + trials ? state.next : nil
                }
                guard let number else { return }
                do {
                    let (trial, fault) = try self.trial(number)
                    state.withLock { $0.summary.add(trial, fault) }
                } catch {
                    state.withLock { $0.trouble = error }
                }
            }
        }
        let done = state.withLock { $0 }
        if let trouble = done.trouble { throw trouble }
        return done.summary
    }

    private func trial(_ number: Int) throws -> (Trial, Trial.Fault?) {
        let folder = "\(work)/\(kind)-\(number)"
        try? FileManager.default.removeItem(atPath: folder)
        let trial = try Trial(kind: kind, seed: seed, number: number, folder: folder, program: program)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try attack.run(trial)
            return (trial, nil)
        } catch let fault as Trial.Fault {
            try save(trial, fault)
            return (trial, fault)
        }
    }

    /// Copies the trial's folder, with the reason and the commands, to the folder of cases.
    private func save(_ trial: Trial, _ fault: Trial.Fault) throws {
        let name = "\(kind)-\(seed)-\(trial.number)"
        try trial.write(fault.reason + "\n", to: "reason")
        try trial.write(
            """
            #!/bin/sh
            # The complete trial: torture \(kind) --program \(program.path) --seed \(seed) --only \(trial.number)
            cd "$(dirname "$0")" || exit
            \(trial.commands.joined(separator: "\n"))

            """, to: "command")
        try? FileManager.default.removeItem(atPath: "\(output)/\(name)")
        // Checkpoints are sparse files, which cp keeps sparse.
        let copy = Process()
        copy.executableURL = URL(filePath: "/bin/cp")
        copy.arguments = ["-r", "--sparse=always", trial.folder, "\(output)/\(name)"]
        try copy.run()
        copy.waitUntilExit()
        FileHandle.standardError.write(Data("\(name): \(fault.reason.prefix(300))\n".utf8))
    }
}
