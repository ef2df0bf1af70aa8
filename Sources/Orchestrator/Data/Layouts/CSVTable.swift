import OssicleBase

/// A table with a header line, as in RFC 4180: a field in double quotes may contain separators, line breaks and doubled
/// quotes.
///
/// The separator is a comma, a semicolon or a tab: the one that occurs most often in the header outside of quotes, and
/// in a tie the first of these three. A line `sep=;` before the header, as Excel writes it, names the separator.
struct CSVTable {
    /// A column with a meaning, and other names under which it is accepted.
    struct Column {
        let name: String
        var synonyms: [String] = []
    }

    struct Row {
        fileprivate let columns: [String: Int]
        fileprivate let fields: [String]
        /// The number of the line in which the row begins, from 1.
        let line: Int

        /// The field of a column. It is empty if the table does not have it.
        subscript(_ column: String) -> String { columns[column].map { fields[$0] } ?? "" }

        /// The field of a column; nil if it is empty or missing.
        func optional(_ column: String) -> String? { self[column].isEmpty ? nil : self[column] }
    }

    let path: String
    let rows: [Row]
    /// Sentences about columns that are not read because another one has the same meaning.
    private(set) var remarks: [String] = []

    /// Reads a table. Names of columns are compared in lower case, and spaces and hyphens in them as underscores.
    ///
    /// If a table does not have a column under its own name, a synonym is used.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - required: columns that the table must have and that must not be empty in any row.
    ///   - others: other columns that are read.
    /// - Throws: `DataError.malformed`.
    init(path: String, requiring required: [Column], others: [Column] = []) throws(DataError) {
        self.path = path
        let records = try Self.records(path: path)
        let header = Self.names(records)
        var columns: [String: Int] = [:]
        for column in required + others {
            columns[column.name] = try Self.place(of: column, in: header, path: path, remarks: &remarks)
        }
        for column in required where columns[column.name] == nil {
            throw .malformed(path: path, reason: Self.missing(column))
        }
        var rows: [Row] = []
        for record in records.dropFirst() where record.fields.contains(where: { !$0.isEmpty }) {
            // Spreadsheets may end a row with empty fields.
            let extra = record.fields.dropFirst(header.count)
            guard record.fields.count >= header.count, extra.allSatisfy(\.isEmpty) else {
                throw .malformed(
                    path: path,
                    reason: "line \(record.line) has \(record.fields.count) fields, but the first line names "
                        + "\(header.count) columns; put double quotes around fields that contain a separator, and write "
                        + "empty fields too")
            }
            rows.append(Row(columns: columns, fields: record.fields, line: record.line))
        }
        self.rows = rows
        for row in rows {
            for column in required where row[column.name].isEmpty {
                throw malformed(row, "“\(column.name)” is missing")
            }
        }
    }

    /// The reason why a table without a column cannot be used.
    static func missing(_ column: Column) -> String {
        let others = column.synonyms.isEmpty ? "" : " (or \(column.synonyms.joined(separator: ", ")))"
        return "its first line must name the column “\(column.name)”\(others)"
    }

    /// Whether the header of a table names a column.
    static func hasColumn(_ column: Column, path: String) throws(DataError) -> Bool {
        let header = names(try records(path: path, limit: 1))
        return ([column.name] + column.synonyms).contains { header.contains($0) }
    }

    /// An error that names the file and the line of a row.
    func malformed(_ row: Row, _ reason: String) -> DataError {
        .malformed(path: path, reason: "line \(row.line): \(reason)")
    }
}

extension CSVTable {
    private typealias Record = (fields: [String], line: Int)

    private static func names(_ records: [Record]) -> [String] {
        records.first?.fields.map { field in
            field.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
        } ?? []
    }

    /// The index of a column: that with its own name, or the only one with a synonym.
    private static func place(
        of column: Column, in header: [String], path: String, remarks: inout [String]
    ) throws(DataError) -> Int? {
        let own = header.indices.filter { header[$0] == column.name }
        let synonyms = header.indices.filter { column.synonyms.contains(header[$0]) }
        let found = own.isEmpty ? synonyms : own
        guard let first = found.first else { return nil }
        if found.count > 1 {
            let names = found.map { "“\(header[$0])”" }.joined(separator: " and ")
            throw .malformed(
                path: path,
                reason: "its columns \(names) have the same meaning; rename the one that is to be read to "
                    + "“\(column.name)”" + (own.isEmpty ? "" : ", and the others to another name"))
        }
        if !own.isEmpty, !synonyms.isEmpty {
            let names = synonyms.map { "“\(header[$0])”" }.joined(separator: ", ")
            remarks.append("\(path): the column “\(column.name)” is read, and \(names) is not")
        }
        return first
    }

    /// The rows of a file, or the first `limit` of them. Spaces around fields are removed, and empty lines are omitted.
    /// - Throws: `DataError.malformed` if the file cannot be read, or if a quoted field has no end.
    private static func records(path: String, limit: Int = .max) throws(DataError) -> [Record] {
        let text = Array(try AudioFolder.text(path).utf8)
        let (separator, start) = separator(of: text)
        var parser = CSVParser(separator: separator, line: start == 0 ? 1 : 2)
        for byte in text[start...] {
            parser.add(byte)
            if parser.records.count == limit { return parser.records }
        }
        if let line = parser.finish() {
            throw .malformed(
                path: path, reason: "line \(line): the quoted field that begins here has no end; add a quote")
        }
        return parser.records
    }

    /// The separator of a table, and the position at which its header begins.
    private static func separator(of text: [UInt8]) -> (separator: UInt8, start: Int) {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        if text.starts(with: "sep=".utf8), text.count > 4, candidates.contains(text[4]) {
            return (text[4], text.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.count)
        }
        var counts = [0, 0, 0]
        var isQuoted = false
        for byte in text.drop(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            if let place = candidates.firstIndex(of: byte) { counts[place] += 1 }
        }
        let most = counts.max() ?? 0
        return (candidates[counts.firstIndex(of: most) ?? 0], 0)
    }
}

/// The state of a parser that reads a table byte by byte.
private struct CSVParser {
    let separator: UInt8
    var line: Int
    private(set) var records: [(fields: [String], line: Int)] = []
    private var fields: [String] = []
    private var field: [UInt8] = []
    private var isQuoted = false
    /// Whether the last byte was a quote within a quoted field: the end of the quotes, or the first of two quotes.
    private var isAfterQuote = false
    private var isAfterReturn = false
    private var start: Int
    private var quoteLine = 1

    init(separator: UInt8, line: Int) {
        (self.separator, self.line, start) = (separator, line, line)
    }

    mutating func add(_ byte: UInt8) {
        let quote = UInt8(ascii: "\"")
        let isEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        // A line ends with \n, \r\n or \r.
        let isSecondHalf = isAfterReturn && byte == UInt8(ascii: "\n")
        isAfterReturn = byte == UInt8(ascii: "\r")
        if isAfterQuote {
            isAfterQuote = false
            if byte == quote { return field.append(quote) }
            isQuoted = false
        }
        if isQuoted {
            if byte == quote { isAfterQuote = true } else { field.append(byte) }
            if isEnd, !isSecondHalf { line += 1 }
        } else if isEnd {
            guard !isSecondHalf else { return }
            endRecord()
            line += 1
            start = line
        } else if byte == separator {
            endField()
        } else if byte == quote, field.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
            (isQuoted, quoteLine) = (true, line)
            field = []
        } else {
            field.append(byte)
        }
    }

    /// Ends the last record. Returns the line of a quoted field without an end.
    mutating func finish() -> Int? {
        if isQuoted, !isAfterQuote { return quoteLine }
        endRecord()
        return nil
    }

    private mutating func endField() {
        // The bytes are those of a valid text, which is divided at ASCII characters only.
        fields.append(String(fileBytes: field).trimmed)
        field = []
    }

    private mutating func endRecord() {
        endField()
        if fields != [""] { records.append((fields, start)) }
        fields = []
    }
}
