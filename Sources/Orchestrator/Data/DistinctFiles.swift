import OssicleBase

/// Removes repetitions of a file from the entries of a data set, so that a recording is not in two parts of a division.
struct DistinctFiles {
    /// Whether the labels, splits and folds of the entries are used. They are not if the roots have different layouts,
    /// and repetitions may then differ in them.
    let isOneLayout: Bool
    /// The repetitions that were removed.
    private(set) var repeated: [String] = []
    private var known: [FileIdentity: LayoutListing.Entry] = [:]

    init(isOneLayout: Bool) { self.isOneLayout = isOneLayout }

    /// The entries without repetitions of a path.
    /// - Throws: `DataError.malformed` if a file is listed with two labels, splits, folds, groups or pitches.
    mutating func entries(_ entries: [LayoutListing.Entry]) throws(DataError) -> [LayoutListing.Entry] {
        var known: [ByteText: LayoutListing.Entry] = [:]
        var kept: [LayoutListing.Entry] = []
        for entry in entries {
            let first = known.updateValue(entry, forKey: ByteText(entry.path))
            if let first { try remove(entry, first) } else { kept.append(entry) }
        }
        return kept
    }

    /// Whether no earlier entry is the same file under another path, by a symbolic or hard link.
    /// - Throws: `DataError.malformed` if the entries differ, for example in their labels.
    mutating func isNew(_ entry: LayoutListing.Entry, _ identity: FileIdentity?) throws(DataError) -> Bool {
        guard let identity, let first = known[identity] else {
            if let identity { known[identity] = entry }
            return true
        }
        try remove(entry, first)
        return false
    }

    private mutating func remove(
        _ entry: LayoutListing.Entry, _ first: LayoutListing.Entry
    ) throws(DataError) {
        repeated.append(entry.path)
        guard isOneLayout else { return }
        for (name, one, other) in [
            ("labels", first.className, entry.className),
            ("splits", first.split?.rawValue, entry.split?.rawValue),
            ("folds", first.fold.map(String.init), entry.fold.map(String.init)),
            ("groups", first.group, entry.group),
            ("pitches", first.pitch.map(String.init), entry.pitch.map(String.init)),
        ] {
            guard one.map(ByteText.init) != other.map(ByteText.init) else { continue }
            let same = ByteText(first.path) == ByteText(entry.path) ? "" : " (also as \(first.path))"
            throw .malformed(
                path: entry.path,
                reason: "it is listed\(same) with the \(name) “\(one ?? "")” and “\(other ?? "")”; keep one of them")
        }
    }
}
