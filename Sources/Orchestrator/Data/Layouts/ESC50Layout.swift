import OssicleBase

/// ESC-50 and ESC-10: `meta/esc50.csv` (`filename,fold,target,category,…`) and `audio/`. Only the listed files belong
/// to the data set. The classes are in the order of their targets, which may have gaps (ESC-10 has 10 of the 50
/// targets).
///
/// *Reference:* Piczak, "ESC: dataset for environmental sound classification", ACM Multimedia 2015.
enum ESC50Layout: LayoutReader {
    static let name = "esc50"

    static func recognizes(_ root: String) -> Bool { AudioFolder.exists("\(root)/meta/esc50.csv") }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let columns = ["filename", "fold", "target", "category"].map { CSVTable.Column(name: $0) }
        let table = try CSVTable(path: "\(root)/meta/esc50.csv", requiring: columns)
        var classes = NumberedClasses(number: "target", name: "category")
        var entries: [LayoutListing.Entry] = []
        for row in table.rows {
            guard let target = Int(row["target"]), let fold = Int(row["fold"]) else {
                throw table.malformed(row, "fold and target must be whole numbers")
            }
            try classes.add(target, row["category"], at: "line \(row.line)", of: table.path)
            entries.append(
                .init(path: "\(root)/audio/\(row["filename"])", className: row["category"], fold: fold))
        }
        var listing = LayoutListing(entries: entries.sortedByPath(), classes: classes.names)
        if AudioFolder.isFolder("\(root)/audio") {
            listing.leftOut = try AudioFolder.contents(of: "\(root)/audio")
                .leftOut(except: entries.map(\.path), because: "are not listed in \(table.path)")
        }
        return listing
    }
}

extension [LayoutListing.Entry] {
    func sortedByPath() -> Self { sorted { ByteText($0.path) < ByteText($1.path) } }
}

extension Layout {
    /// ESC-50 and ESC-10: `meta/esc50.csv` and `audio/`.
    public static let esc50 = Layout(ESC50Layout.self)
}
