/// Sentences about clips that a probe leaves out, and about published divisions that cannot be used.
enum DivisionRemarks {
    /// - Parameters:
    ///   - clips: the clips of a data set.
    ///   - classes: its classes. If there are none, the pitches are the labels.
    ///   - prefersGroups: whether groups are held out instead of the published split.
    static func remarks(_ clips: [Clip], _ classes: [String], prefersGroups: Bool) -> [String] {
        let labelled =
            classes.isEmpty
            ? clips.filter { $0.pitch != nil }.map { $0.labelled(0) } : clips.filter { $0.label != nil }
        guard !labelled.isEmpty else { return [] }
        var remarks = LeftOut()
        let others = clips.filter { classes.isEmpty ? $0.pitch == nil : $0.label == nil }
        let target = classes.isEmpty ? "pitch" : "label"
        remarks.add(
            others.map(\.path), "clips without a \(target) are in no part of a probe", of: clips.count)
        let splits = Set(labelled.compactMap(\.split))
        switch Division.published(for: labelled, prefersGroups: prefersGroups) {
        case .lists:
            remarks.add(
                labelled.filter { $0.split == nil }.map(\.path),
                "clips with a \(target) but without a split are in no part of a probe", of: labelled.count)
        case .folds where !splits.isEmpty:
            remarks.add("the clips have folds and splits; the folds are the division, and the splits are not used")
        case nil where !splits.isEmpty:
            remarks.add(
                "no clip with a \(target) is in the \(splits.contains(.train) ? "test" : "training") part of the published "
                    + "split, so that a probe divides the clips at random")
        case nil where labelled.contains { $0.fold != nil }:
            remarks.add("all clips with a \(target) have the same fold, so that a probe divides them at random")
        default: break
        }
        return remarks.sentences
    }
}
