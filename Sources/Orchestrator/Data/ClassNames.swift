import OssicleBase

/// The names of the classes of a data set as they are printed and stored in reports.
///
/// A class can be named by a folder, and so by any bytes. Bytes that are not UTF-8 are written as `\xE9`. If two names
/// differ in their bytes only, and not in the characters they show (NFC and NFD), all their bytes beyond ASCII are
/// written in this way, so that the names differ for every reader.
struct ClassNames {
    let shown: [String]
    /// A sentence for each group of names that show the same characters.
    private(set) var remarks: [String] = []

    /// - Parameter names: names that differ in their bytes.
    init(_ names: [String]) {
        // `String` compares characters.
        let alike = Dictionary(grouping: names.map(\.shown), by: \.self)
        shown = names.map { name in
            alike[name.shown].map { $0.count > 1 } == true ? name.shownAsBytes : name.shown
        }
        for (name, group) in alike.sorted(by: { $0.key < $1.key }) where group.count > 1 {
            remarks.append(
                "\(group.count) classes are named “\(name)”, with different bytes ("
                    + group.map(\.shownAsBytes).joined(separator: ", ")
                    + "); if they are one class, give them the same name")
        }
    }
}
