import Foundation
import OssicleBase

/// A comma-separated table with a header line, as in RFC 4180: a field in double quotes may contain commas, line breaks
/// and doubled quotes.
struct CSVTable {
    struct Row {
        fileprivate let columns: [String: Int]
        fileprivate let fields: [String]
        /// The number of the line in which the row begins, from 1.
        let line: Int

        /// The field of a column. It is empty if the table or the row does not have it.
        subscript(_ column: String) -> String {
            columns[column].flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
        }

        /// The field of a column; nil if it is empty or missing.
        func optional(_ column: String) -> String? { self[column].isEmpty ? nil : self[column] }
    }

    let path: String
    let rows: [Row]

    /// Reads a table. Column names are converted to lower case.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - required: columns that the table must have and that must not be empty in any row.
    /// - Throws: `DataError.malformed`.
    init(path: String, requiring required: [String]) throws(DataError) {
        self.path = path
        let records = try Self.records(path: path)
        let header = Self.names(records)
        for column in required where !header.contains(column) {
            throw .malformed(path: path, reason: "its first line must name the column “\(column)”")
        }
        let columns = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = records.dropFirst().map { Row(columns: columns, fields: $0.fields, line: $0.line) }
        for row in rows {
            for column in required where row[column].isEmpty {
                throw malformed(row, "“\(column)” is missing")
            }
        }
    }

    /// The names of the columns of a table, in lower case.
    static func header(path: String) throws(DataError) -> [String] { names(try records(path: path, limit: 1)) }

    private static func names(_ records: [(fields: [String], line: Int)]) -> [String] {
        records.first?.fields.map { $0.lowercased() } ?? []
    }

    /// An error that names the file and the line of a row.
    func malformed(_ row: Row, _ reason: String) -> DataError {
        .malformed(path: path, reason: "line \(row.line): \(reason)")
    }

    /// The rows of a file, or the first `limit` of them. Spaces around fields are removed, and empty lines are omitted.
    /// - Throws: `DataError.malformed` if the file cannot be read, or if a quoted field has no end.
    private static func records(
        path: String, limit: Int = .max
    ) throws(DataError) -> [(fields: [String], line: Int)] {
        let text = try AudioFolder.text(path)
        var records: [(fields: [String], line: Int)] = []
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var line = 1
        var start = 1
        var quoteLine = 1
        func endRecord() {
            fields.append(field.trimmed)
            if fields != [""] { records.append((fields, start)) }
            fields = []
            field = ""
            start = line + 1
        }
        var characters = text.drop { $0 == "\u{FEFF}" }.makeIterator()
        var pending = characters.next()
        while let character = pending, records.count < limit {
            pending = characters.next()
            if isQuoted {
                if character == "\"", pending == "\"" {
                    field.append("\"")
                    pending = characters.next()
                } else if character == "\"" {
                    isQuoted = false
                } else {
                    field.append(character)
                }
            } else if character == "\"", field.trimmed.isEmpty {
                isQuoted = true
                quoteLine = line
                field = ""
            } else if character == "," {
                fields.append(field.trimmed)
                field = ""
            } else if character.isNewline {
                endRecord()
            } else {
                field.append(character)
            }
            if character.isNewline { line += 1 }
        }
        guard !isQuoted else {
            throw .malformed(
                path: path, reason: "line \(quoteLine): the quoted field that begins here has no end; add a quote")
        }
        if records.count < limit { endRecord() }
        return records
    }
}
