import Foundation

/// Prints a table or one JSON object on standard output.
enum Output {
    static func json(_ report: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    /// Prints a row of a table. The first column is aligned left, the others right.
    static func row(_ first: String, _ columns: [String], width: Int = 10) {
        let head = first.padding(toLength: max(40, first.count), withPad: " ", startingAt: 0)
        print(head + columns.map { String(repeating: " ", count: max(1, width - $0.count)) + $0 }.joined())
    }

    static func number(_ value: Double, digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
}
