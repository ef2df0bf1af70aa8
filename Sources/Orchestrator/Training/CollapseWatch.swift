/// Sees a pretext that is solved by a shortcut: accuracy near 100 % while the embeddings lose dimensions.
struct CollapseWatch {
    private var ranks: [Double] = []
    private var hasWarned = false
    private static let solved = 0.97
    private static let lost = 0.8

    /// Returns a warning, once.
    mutating func observe(_ epoch: EpochSummary) -> String? {
        ranks.append(epoch.effectiveRank)
        let best = ranks.max() ?? 0
        guard !hasWarned, epoch.pretextAccuracy >= Self.solved, epoch.effectiveRank < Self.lost * best else {
            return nil
        }
        hasWarned = true
        let percent = Int((100 * epoch.pretextAccuracy).rounded())
        return
            "the pretext is solved (\(percent) % at epoch \(epoch.epoch)) while the effective rank of the embeddings "
            + "fell from \(Int(best)) to \(Int(epoch.effectiveRank)): a shortcut, probably; switch on view augmentation "
            + "or use longer clips"
    }
}
