import OssicleBase

/// The problems that were found in the clips of a data set during decoding, for logs and reports.
package struct DecodingReport: Sendable, Equatable {
    /// The number of clips in the data set.
    package let clips: Int
    /// The clips that could not be used, in the order of the data set.
    package let dropped: [AudioDataset.Skipped]
    /// The clips of which only the beginning could be used, in the order of the data set.
    package let cutOff: [AudioDataset.Skipped]

    package init(clips: Int, dropped: [AudioDataset.Skipped] = [], cutOff: [AudioDataset.Skipped] = []) {
        self.clips = clips
        self.dropped = dropped
        self.cutOff = cutOff
    }

    /// One sentence for each kind of problem, with the number of clips and the first of them. Empty if there was no
    /// problem.
    package var warnings: [String] {
        [
            Self.sentence(dropped, of: clips, "could not be decoded and were left out"),
            Self.sentence(cutOff, of: clips, "were not whole and were used as far as they go"),
        ].compactMap(\.self)
    }

    /// The error if no clip could be used.
    package var nothingLeft: EvaluationError {
        dropped.first.map { .noneDecoded(clips: dropped.count, first: $0.reason) } ?? .noViews
    }

    private static func sentence(_ files: [AudioDataset.Skipped], of total: Int, _ what: String) -> String? {
        files.first.map { countedSentence(files.count, of: total, "clips \(what)", first: $0.reason) }
    }
}
