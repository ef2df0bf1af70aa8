import OssicleBase

/// A table (`CSVTable`) with the column `path` and the optional columns `label`, `split`, `fold`, `group` and `pitch`.
/// Paths are relative to the folder of the table. `root` is the table, or a folder that contains `labels`, `manifest` or
/// `metadata` with the ending `.csv` or `.tsv`.
///
/// `path` may also be named `file`, `filename`, `file_name` …, and `label` may be named `class` or `category`. If a table
/// has both folds and splits, the folds are the published division.
enum CSVLayout: LayoutReader {
    static let name = "csv"
    static let sortsClasses = true

    private static let names = ["labels", "manifest", "metadata"].flatMap { ["\($0).csv", "\($0).tsv"] }
    private static let path = CSVTable.Column(
        name: "path",
        synonyms: [
            "file", "filename", "file_name", "file_path", "filepath", "fname", "audio", "audio_path", "audio_file",
            "audio_filename", "audio_filepath", "slice_file_name",
        ])
    private static let columns = [
        CSVTable.Column(name: "label", synonyms: ["class", "category", "class_name"]), .init(name: "split"),
        .init(name: "fold"), .init(name: "group"), .init(name: "pitch"),
    ]

    static func recognizes(_ root: String) -> Bool {
        isTable(root) || AudioFolder.isFolder(root) && (try? tables(in: root))?.isEmpty == false
    }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        if isTable(root) { return try listing(root) }
        let tables = try tables(in: root).map { "\(root)/\($0)" }
        guard !tables.isEmpty else {
            throw .malformed(
                path: root,
                reason: "the layout csv needs a .csv or .tsv file, or a folder with "
                    + names.joined(separator: ", or "))
        }
        var usable: [String] = []
        for table in tables where (try? CSVTable.hasColumn(path, path: table)) == true { usable.append(table) }
        guard let table = usable.first else {
            // The error of a table that cannot be read comes first.
            _ = try CSVTable.hasColumn(path, path: tables[0])
            throw .malformed(
                path: tables[0],
                reason: "\(CSVTable.missing(path)); if it is not a table of recordings, rename it or select --layout "
                    + "folders")
        }
        var listing = try listing(table)
        for other in usable.dropFirst() { listing.leftOut.add("\(table) is read, and the table \(other) is not") }
        listing.leftOut.add(
            try AudioFolder.contents(of: root)
                .leftOut(except: listing.entries.map(\.path), because: "are not listed in \(table)"))
        return listing
    }

    private static func listing(_ path: String) throws(DataError) -> LayoutListing {
        let table = try CSVTable(path: path, requiring: [Self.path], others: columns)
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
        var entries: [LayoutListing.Entry] = []
        for row in table.rows {
            var entry = LayoutListing.Entry(path: located(row["path"], in: folder))
            entry.className = row.optional("label")
            entry.group = row.optional("group")
            if let name = row.optional("split") {
                guard let split = Clip.Split(folder: name) else {
                    throw table.malformed(row, "the split “\(name)” must be train, validation or test")
                }
                entry.split = split
            }
            entry.fold = try number("fold", row, table)
            entry.pitch = try number("pitch", row, table)
            entries.append(entry)
        }
        var listing = LayoutListing(
            entries: entries.sortedByPath(), classes: LayoutListing.names(entries.compactMap(\.className)))
        for remark in table.remarks { listing.leftOut.add(remark) }
        return listing
    }

    /// The path of a listed file. Backslashes are separators, unless there is a file with them in its name.
    private static func located(_ file: String, in folder: String) -> String {
        func full(_ file: String) -> String {
            file.utf8.first == UInt8(ascii: "/") ? file.normalizedPath : folder + file.normalizedPath
        }
        guard file.utf8.contains(UInt8(ascii: "\\")), !AudioFolder.exists(full(file)) else { return full(file) }
        return full(file.replacing("\\", with: "/"))
    }

    private static func isTable(_ root: String) -> Bool {
        let name = root.lowercased()
        return (name.hasSuffix(".csv") || name.hasSuffix(".tsv")) && !AudioFolder.isFolder(root)
    }

    /// Whether a file has the name of a table, in upper or lower case.
    static func isTableName(_ name: String) -> Bool { names.contains(name.lowercased()) }

    /// The names of the tables in a folder, in the order in which they are tried.
    private static func tables(in root: String) throws(DataError) -> [String] {
        let files = try AudioFolder.files(in: root)
        return names.flatMap { name in files.filter { $0.lowercased() == name } }
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
