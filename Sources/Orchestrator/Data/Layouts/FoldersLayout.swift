/// One folder a class, the files anywhere below it. Folders named as splits may stand above the classes.
///
/// A single folder, or files beside no folder, say nothing: such a data set is unlabelled. A file by itself is one
/// unlabelled clip.
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
    /// The split that a folder or a table names, by any of its usual names.
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
    /// Class = name of the first folder; `train`, `validation` and `test` above the classes are splits.
    public static let folders = Layout(FoldersLayout.self)
}
