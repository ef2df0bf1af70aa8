/// What was found wrong with a data set's clips while they were decoded, for logs and reports.
package struct DecodingReport: Sendable, Equatable {
    /// Clips of the data set.
    package let clips: Int
    /// The clips that could not be used, in their order.
    package let dropped: [AudioDataset.Skipped]
    /// The clips of which only the beginning could be used, in their order.
    package let cutOff: [AudioDataset.Skipped]

    package init(clips: Int, dropped: [AudioDataset.Skipped] = [], cutOff: [AudioDataset.Skipped] = []) {
        self.clips = clips
        self.dropped = dropped
        self.cutOff = cutOff
    }

    /// A sentence a kind of trouble, each with the number of clips and the first of them; none if there was no trouble.
    package var warnings: [String] {
        [
            Self.sentence(dropped, of: clips, "could not be decoded and were left out"),
            Self.sentence(cutOff, of: clips, "were not whole and were used as far as they go"),
        ].compactMap(\.self)
    }

    private static func sentence(_ files: [AudioDataset.Skipped], of total: Int, _ what: String) -> String? {
        guard let first = files.first else { return nil }
        let others = files.count == 1 ? "" : " (the first of them)"
        return "\(files.count) of \(total) clips \(what): \(first.reason)\(others)"
    }
}
