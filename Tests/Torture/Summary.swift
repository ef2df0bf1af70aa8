/// The counts of a campaign of one kind.
struct Summary: Codable, Sendable {
    let kind: String
    let seed: UInt64
    var trials = 0
    var mutants = 0
    /// Trials in which every run succeeded.
    var accepted = 0
    /// Trials in which a run was refused with a correct error message.
    var refused = 0
    var faults = 0
    /// The numbers of the trials with a fault, by the reason without its numbers.
    var reasons: [String: [Int]] = [:]
    /// The longest run in seconds, and its trial.
    var slowestSeconds = 0.0
    var slowestTrial = 0
    /// The largest resident memory of a run.
    var largestBytes = 0
    /// What could not be tried on this machine.
    var skipped: [String] = []

    init(kind: String, seed: UInt64) { (self.kind, self.seed) = (kind, seed) }

    mutating func add(_ trial: Trial, _ fault: Trial.Fault?) {
        trials += 1
        mutants += trial.mutants
        if let fault {
            faults += 1
            let reason = fault.reason.prefix(100).filter { !$0.isNumber && !$0.isNewline }
            reasons[reason, default: []].append(trial.number)
        } else if trial.isRefused {
            refused += 1
        } else {
            accepted += 1
        }
        if trial.slowest > slowestSeconds { (slowestSeconds, slowestTrial) = (trial.slowest, trial.number) }
        largestBytes = max(largestBytes, trial.largest)
    }

    var line: String {
        let tenths = (slowestSeconds * 10).rounded() / 10
        let notes = skipped.map { "; skipped: \($0)" }.joined()
        return
            "\(kind): \(trials) trials, \(mutants) mutants, \(accepted) accepted, \(refused) refused with a sentence, "
            + "\(faults) faults; slowest run \(tenths) s (trial \(slowestTrial)), largest memory \(largestBytes >> 20) MiB; "
            + "seed \(seed)\(notes)"
    }
}
