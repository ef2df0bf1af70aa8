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
        let contents = try AudioFolder.contents(of: root) { CSVLayout.isTableName($0.fileName) && $0 != $0.fileName }
        let files = contents.audio
        var leftOut = contents.leftOut
        leftOut.add(
            contents.others.map { "\(root)/\($0)" },
            "did not read tables in subfolders of \(root), which can be given as --data")
        let hasSplits = try hasSplits(files, root)
        var entries = files.map { relative in
            var folders = folders(relative)
            let split = hasSplits ? folders.first.flatMap { Clip.Split(folder: $0) } : nil
            if hasSplits, !folders.isEmpty { folders.removeFirst() }
            return LayoutListing.Entry(path: "\(root)/\(relative)", className: folders.first, split: split)
        }
        var classes = LayoutListing.names(entries.compactMap(\.className))
        if classes.count < 2 {
            for i in entries.indices { entries[i].className = nil }
            classes = []
        }
        return LayoutListing(entries: entries, classes: classes, leftOut: leftOut)
    }

    private static func folders(_ relative: String) -> ArraySlice<String> {
        relative.pathComponents.dropLast()
    }

    /// Whether the folders of the root are splits. Otherwise they are classes.
    private static func hasSplits(_ files: [String], _ root: String) throws(DataError) -> Bool {
        let top = LayoutListing.names(files.compactMap { folders($0).first })
        guard let split = top.first(where: { Clip.Split(folder: $0) != nil }) else { return false }
        if let other = top.first(where: { Clip.Split(folder: $0) == nil }) {
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
