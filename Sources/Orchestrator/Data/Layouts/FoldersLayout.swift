/// One folder per class, with audio files in it and its subfolders. The folders of the classes may be in folders that
/// are named like splits.
///
/// A data set is unlabeled if it has only one folder, or only files outside of folders. A single file is one unlabeled
/// clip.
enum FoldersLayout: LayoutReader {
    static let name = "folders"
    static let sortsClasses = true

    static func recognizes(_ root: String) -> Bool { AudioFolder.isFolder(root) }

    static func read(_ root: String) -> LayoutListing {
        guard AudioFolder.isFolder(root) else { return LayoutListing(entries: [.init(path: root)], classes: []) }
        let top = AudioFolder.folders(in: root)
        let hasSplits = !top.isEmpty && top.allSatisfy { Clip.Split(folder: $0) != nil }
        var entries = AudioFolder.audio(below: root).map { relative in
            var folders = relative.split(separator: "/").dropLast().map(String.init)
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
