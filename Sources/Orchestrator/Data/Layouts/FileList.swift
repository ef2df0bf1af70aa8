import OssicleBase

/// A list of files of a data set, one per line, such as `testing_list.txt` of Speech Commands.
///
/// A line is the path of a file from the folder of the data set. Extensions are ignored, so that a list also applies to
/// copies in another audio format. If no file has the path as it is written, `./` and `/` at its beginning are removed,
/// and backslashes are read as `/`. Lines are compared as bytes, and need not be UTF-8.
struct FileList {
    let path: String
    /// For each listed file, without extension, the number of its line.
    private var lines: [ByteText: Int] = [:]
    /// The lines that name no file.
    private var unmatched: [(line: Int, text: String)] = []

    /// Reads a list.
    /// - Parameters:
    ///   - path: the path of the list.
    ///   - files: the files of the data set, relative to its folder.
    /// - Throws: `DataError.malformed` if the list cannot be read, or if it has lines and none of them names a file.
    init(_ path: String, files: some Sequence<String>) throws(DataError) {
        self.path = path
        let known = Set(files.map { ByteText($0.withoutFileExtension) })
        for (number, line) in try AudioFolder.lines(path) {
            let text = String(fileBytes: line).trimmed
            guard !text.isEmpty else { continue }
            let plain = text.replacing("\\", with: "/").normalizedPath.withoutLeadingSlash
            if let file = [text, plain].map({ ByteText($0.withoutFileExtension) }).first(where: known.contains) {
                lines[file] = lines[file] ?? number
            } else {
                unmatched.append((number, text))
            }
        }
        if lines.isEmpty, let first = unmatched.first {
            throw .malformed(
                path: path,
                reason: "none of its \(unmatched.count) lines names a file of the data set; line \(first.line) is "
                    + "“\(first.text)”, but it must be a path such as \(known.min()?.text ?? "yes/a").wav")
        }
    }

    func contains(_ file: String) -> Bool { lines[ByteText(file.withoutFileExtension)] != nil }

    /// - Throws: `DataError.malformed` if a file is in both lists.
    func expectNone(of other: FileList) throws(DataError) {
        let both = lines.filter { other.lines[$0.key] != nil }.min { $0.value < $1.value }
        guard let both, let line = other.lines[both.key] else { return }
        throw .malformed(
            path: path,
            reason: "line \(both.value): the file \(both.key.text) is in line \(line) of \(other.path) too; remove it "
                + "from one of the lists")
    }

    /// A sentence about lines that name no file; nil if there are none.
    var remark: String? {
        guard let first = unmatched.first else { return nil }
        return "\(unmatched.count) of \(unmatched.count + lines.count) lines of \(path) name no file of the data set "
            + "and are ignored; line \(first.line) is “\(first.text)”"
    }
}

extension String {
    fileprivate var withoutLeadingSlash: String {
        utf8.first == UInt8(ascii: "/") ? String(Substring(utf8.dropFirst())) : self
    }
}
