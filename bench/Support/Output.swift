import Foundation

/// Text for people on standard output, or one JSON object instead of it.
enum Output {
    static func json(_ report: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    /// A row of a table: the first column left, the others right.
    static func row(_ first: String, _ columns: [String], width: Int = 10) {
        let head = first.padding(toLength: max(40, first.count), withPad: " ", startingAt: 0)
        print(head + columns.map { String(repeating: " ", count: max(1, width - $0.count)) + $0 }.joined())
    }

    static func number(_ value: Double, digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
}
