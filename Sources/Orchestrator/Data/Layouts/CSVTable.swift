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
        let records = Self.records(try AudioFolder.text(path))
        let header = records.first?.fields.map { $0.lowercased() } ?? []
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

    /// An error that names the file and the line of a row.
    func malformed(_ row: Row, _ reason: String) -> DataError {
        .malformed(path: path, reason: "line \(row.line): \(reason)")
    }

    /// The rows of a text. Spaces around fields are removed, and empty lines are omitted.
    static func records(_ text: String) -> [(fields: [String], line: Int)] {
        var records: [(fields: [String], line: Int)] = []
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var line = 1
        var start = 1
        func endRecord() {
            fields.append(field.trimmed)
            if fields != [""] { records.append((fields, start)) }
            fields = []
            field = ""
            start = line + 1
        }
        var characters = text.drop { $0 == "\u{FEFF}" }.makeIterator()
        var pending = characters.next()
        while let character = pending {
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
        endRecord()
        return records
    }
}
