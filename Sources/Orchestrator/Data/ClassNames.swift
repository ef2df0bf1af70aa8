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
        let alike = Dictionary(grouping: names, by: \.shown)
        let texts = names.map { alike[$0.shown].map { $0.count > 1 } == true ? Self.exact($0) : $0.shown }
        shown = Set(texts).count == names.count ? texts : names.map(Self.exact)
        for (name, group) in alike.sorted(by: { $0.key < $1.key }) where group.count > 1 {
            remarks.append(
                "\(group.count) classes are named “\(name)”, with different bytes ("
                    + group.map(Self.exact).joined(separator: ", ")
                    + "); if they are one class, give them the same name")
        }
    }

    /// A text that no other name has. A backslash is written as `\x5C`, because it could begin a byte.
    private static func exact(_ name: String) -> String {
        name.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar == "\\" { text += "\\x5C" } else { text.unicodeScalars.append(scalar) }
        }.shownAsBytes
    }
}
