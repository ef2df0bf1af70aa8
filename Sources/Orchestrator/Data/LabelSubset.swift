import OssicleBase

/// Which clips' labels are used: of every class the same share, drawn by the seed.
package struct LabelSubset: Sendable {
    /// A label of each clip of the data set; below 0 where it has none that is used.
    package let labels: [Int32]

    /// - Parameters:
    ///   - share: part of each class's clips; the number is rounded, and must not be 0.
    ///   - heldOut: clips whose labels are never used.
    /// - Throws: ``DataError/tooFewLabels(name:clips:share:)``.
    package init(_ dataset: AudioDataset, share: Double, seed: UInt64, without heldOut: Set<Int> = []) throws(DataError)
    {
        var labels = [Int32](repeating: -1, count: dataset.clips.count)
        for (label, name) in dataset.classes.enumerated() {
            var clips = dataset.clips.indices.filter { dataset.clips[$0].label == label && !heldOut.contains($0) }
            guard !clips.isEmpty else { continue }
            let wanted = Int((share * Double(clips.count)).rounded())
            guard wanted > 0 else { throw .tooFewLabels(name: name, clips: clips.count, share: share) }
            var stream = RandomStream(seed: seed, purpose: .labels, clip: label)
            stream.shuffle(&clips)
            for clip in clips.prefix(wanted) { labels[clip] = Int32(label) }
        }
        self.labels = labels
    }
}
