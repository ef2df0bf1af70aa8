import Foundation

/// The one JSON object that `--json` puts on standard output.
enum JSONReport {
    static func print(_ report: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Reports are plain values: the only failure is a number that JSON has no word for.
        guard let data = try? encoder.encode(report) else {
            preconditionFailure("a report has a value JSON cannot hold")
        }
        Swift.print(String(decoding: data, as: UTF8.self))
    }
}
