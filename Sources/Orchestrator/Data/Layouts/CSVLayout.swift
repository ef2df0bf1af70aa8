import OssicleBase

/// A table with the column `path` and the optional columns `label`, `split`, `fold`, `group` and `pitch`. Paths are
/// relative to the folder of the table. `root` is the table, or a folder that contains `labels.csv`, `manifest.csv` or
/// `metadata.csv`.
enum CSVLayout: LayoutReader {
    static let name = "csv"
    static let sortsClasses = true

    private static let names = ["labels.csv", "manifest.csv", "metadata.csv"]

    static func recognizes(_ root: String) -> Bool {
        if isTable(root) { return true }
        return names.contains { hasPaths("\(root)/\($0)") }
    }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        guard let path = table(root) else {
            throw .malformed(
                path: root,
                reason: "the layout csv needs a .csv file, or a folder with \(names.joined(separator: ", or "))"
            )
        }
        let table = try CSVTable(path: path, requiring: ["path"])
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        var entries: [LayoutListing.Entry] = []
        for row in table.rows {
            let file = row["path"]
            var entry = LayoutListing.Entry(path: file.hasPrefix("/") ? file : folder + file)
            entry.className = row.optional("label")
            entry.group = row.optional("group")
            if let name = row.optional("split") {
                guard let split = Clip.Split(folder: name) else { throw .unknownSplit(path: path, value: name) }
                entry.split = split
            }
            entry.fold = try number("fold", row, table)
            entry.pitch = try number("pitch", row, table)
            entries.append(entry)
        }
        return LayoutListing(
            entries: entries.sortedByPath(), classes: Set(entries.compactMap(\.className)).sorted())
    }

    private static func isTable(_ root: String) -> Bool { root.lowercased().hasSuffix(".csv") }

    private static func hasPaths(_ path: String) -> Bool {
        AudioFolder.exists(path) && (try? CSVTable.header(path: path))?.contains("path") ?? false
    }

    /// The table of a data set. If several tables exist, it is the first one with the column `path`.
    private static func table(_ root: String) -> String? {
        if isTable(root) { return root }
        let tables = names.map { "\(root)/\($0)" }.filter(AudioFolder.exists)
        return tables.first(where: hasPaths) ?? tables.first
    }

    private static func number(
        _ column: String, _ row: CSVTable.Row, _ table: CSVTable
    ) throws(DataError) -> Int? {
        guard let text = row.optional(column) else { return nil }
        // A column of numbers with empty fields is often written with decimals, for example 60.0.
        guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
            throw table.malformed(row, "\(column) must be a whole number, not “\(text)”")
        }
        return number
    }
}

extension Layout {
    /// A table of paths and labels.
    public static let csv = Layout(CSVLayout.self)
}
