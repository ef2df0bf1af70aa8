/// What a run has measured up to a step, as far as it reproduces. A checkpoint holds it, so that a resumed run reports the same
/// epoch and gives the same warnings as one that was not interrupted.
struct RunMeasures: Codable, Sendable, Equatable {
    /// Of the epoch that is going on.
    var loss = 0.0
    var correct = 0
    var rows = 0
    var steps = 0
    /// Of the last epoch that ended.
    var accuracy = 0.0
    var effectiveRank = 0.0
    /// Of all epochs.
    var largestRank = 0.0
    /// Of the last step; nil before the first one.
    var lastLoss: Double?
    var hasWarned = false
    /// The epoch whose evaluation is not finished, from 1; nil if there is none.
    var pendingEvaluation: Int?

    var counts: [Int] { [correct, rows, steps, pendingEvaluation ?? 0] }

    /// Removes the sums of the epoch that is going on.
    mutating func forgetEpoch() { (loss, correct, rows, steps) = (0, 0, 0, 0) }
}

extension RunMeasures {
    private static let solved = 0.97
    private static let lost = 0.8

    /// Watches for a contrastive task that is solved without content: its accuracy is near 100 % while the embeddings lose dimensions.
    /// - Returns: a warning, once per run.
    mutating func observe(_ epoch: EpochSummary) -> String? {
        largestRank = max(largestRank, epoch.effectiveRank)
        guard !hasWarned, epoch.pretextAccuracy >= Self.solved, epoch.effectiveRank < Self.lost * largestRank else {
            return nil
        }
        hasWarned = true
        let percent = Int((100 * epoch.pretextAccuracy).rounded())
        return
            "the pretext is solved (\(percent) % at epoch \(epoch.epoch)) while the effective rank of the embeddings "
            + "fell from \(Int(largestRank)) to \(Int(epoch.effectiveRank)): a shortcut, probably; switch on view "
            + "augmentation or use longer clips"
    }
}
