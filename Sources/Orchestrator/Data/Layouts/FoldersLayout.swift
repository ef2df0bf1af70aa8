/// One folder per class, with audio files in it and its subfolders. The folders of the classes may be in folders that
/// are named like splits. Folders without audio files are ignored.
///
/// A data set is unlabeled if it has only one folder, or only files outside of folders. A single file is one unlabeled
/// clip.
enum FoldersLayout: LayoutReader {
    static let name = "folders"
    static let sortsClasses = true

    static func recognizes(_ root: String) -> Bool { AudioFolder.isFolder(root) }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        guard AudioFolder.isFolder(root) else { return LayoutListing(entries: [.init(path: root)], classes: []) }
        let files = try AudioFolder.audio(below: root)
        let hasSplits = try hasSplits(files, root)
        var entries = files.map { relative in
            var folders = folders(relative)
            let split = hasSplits ? folders.first.flatMap { Clip.Split(folder: $0) } : nil
            if hasSplits, !folders.isEmpty { folders.removeFirst() }
            return LayoutListing.Entry(path: "\(root)/\(relative)", className: folders.first, split: split)
        }
        let classes = Set(entries.compactMap(\.className)).sorted()
        guard classes.count > 1 else {
            for i in entries.indices { entries[i].className = nil }
            return LayoutListing(entries: entries, classes: [])
        }
        return LayoutListing(entries: entries, classes: classes)
    }

    private static func folders(_ relative: String) -> [String] {
        relative.split(separator: "/").dropLast().map(String.init)
    }

    /// Whether the folders of the root are splits. Otherwise they are classes.
    private static func hasSplits(_ files: [String], _ root: String) throws(DataError) -> Bool {
        let top = Set(files.compactMap { folders($0).first }).sorted()
        let splits = top.filter { Clip.Split(folder: $0) != nil }
        guard let split = splits.first else { return false }
        if let other = top.first(where: { !splits.contains($0) }) {
            throw .malformed(
                path: root,
                reason: "its folder \(split) is named like a split, but its folder \(other) is not; put all class "
                    + "folders into folders of splits, or rename \(split)")
        }
        return true
    }
}

extension Clip.Split {
    /// The split with a usual name for a folder or in a table; nil for other names.
    init?(folder name: String) {
        switch name.lowercased() {
        case "train", "training": self = .train
        case "validation", "valid", "val", "dev": self = .validation
        case "test", "testing", "eval", "evaluation": self = .test
        default: return nil
        }
    }
}

extension Layout {
    /// One folder per class. The folders of the classes may be in `train`, `validation` and `test`.
    public static let folders = Layout(FoldersLayout.self)
}
