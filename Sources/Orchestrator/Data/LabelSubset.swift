import OssicleBase

/// The labels of the clips that are used in training: the same share of every class, drawn with the seed.
package struct LabelSubset: Sendable {
    /// The label of each clip of the data set. A value below 0 means that the clip has no label, or that its label is
    /// not used.
    package let labels: [Int32]

    /// - Parameters:
    ///   - dataset: a data set with labels.
    ///   - share: the fraction of the clips of each class. The resulting number of clips is rounded and must not be 0.
    ///   - seed: the seed of the choice.
    ///   - heldOut: clips whose labels are never used.
    /// - Throws: `DataError.tooFewLabels` if a class would have no labeled clip.
    package init(_ dataset: AudioDataset, share: Double, seed: UInt64, without heldOut: Set<Int> = []) throws(DataError)
    {
        var labels = [Int32](repeating: -1, count: dataset.clips.count)
        var members = [[Int]](repeating: [], count: dataset.classes.count)
        for (index, clip) in dataset.clips.enumerated() {
            if let label = clip.label, !heldOut.contains(index) { members[label].append(index) }
        }
        for (label, name) in dataset.classes.enumerated() where !members[label].isEmpty {
            var clips = members[label]
            let wanted = Int((share * Double(clips.count)).rounded())
            guard wanted > 0 else { throw .tooFewLabels(name: name, clips: clips.count, share: share) }
            var stream = RandomStream(seed: seed, purpose: .labels, clip: label)
            stream.shuffle(&clips)
            for clip in clips.prefix(wanted) { labels[clip] = Int32(label) }
        }
        self.labels = labels
    }
}
