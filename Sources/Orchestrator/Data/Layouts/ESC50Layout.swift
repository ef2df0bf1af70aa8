/// ESC-50 and ESC-10: `meta/esc50.csv` (`filename,fold,target,category,…`) and `audio/`. Only the listed files belong
/// to the data set. The classes are in the order of their targets, which may have gaps (ESC-10 has 10 of the 50
/// targets).
///
/// *Reference:* Piczak, "ESC: dataset for environmental sound classification", ACM Multimedia 2015.
enum ESC50Layout: LayoutReader {
    static let name = "esc50"

    static func recognizes(_ root: String) -> Bool { AudioFolder.exists("\(root)/meta/esc50.csv") }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let table = try CSVTable(path: "\(root)/meta/esc50.csv", requiring: ["filename", "fold", "target", "category"])
        var targets: [Int: String] = [:]
        var entries: [LayoutListing.Entry] = []
        for row in table.rows {
            guard let target = Int(row["target"]), let fold = Int(row["fold"]) else {
                throw table.malformed(row, "fold and target must be whole numbers")
            }
            targets[target] = row["category"]
            entries.append(
                .init(path: "\(root)/audio/\(row["filename"])", className: row["category"], fold: fold))
        }
        let classes = targets.sorted { $0.key < $1.key }.map(\.value)
        return LayoutListing(entries: entries.sortedByPath(), classes: classes)
    }
}

extension [LayoutListing.Entry] {
    func sortedByPath() -> Self { sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
}

extension Layout {
    /// ESC-50 and ESC-10: `meta/esc50.csv` and `audio/`.
    public static let esc50 = Layout(ESC50Layout.self)
}
