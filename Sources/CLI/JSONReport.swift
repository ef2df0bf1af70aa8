import Foundation
import Orchestrator

/// Prints the JSON object of `--json` on standard output, with sorted keys in snake case.
enum JSONReport {
    static func print(_ report: some Encodable) {
        let encoder = JSONEncoder.run
        encoder.outputFormatting.insert(.prettyPrinted)
        // Reports contain plain values only, which JSON can always represent.
        guard let data = try? encoder.encode(report) else {
            preconditionFailure("the report cannot be encoded as JSON")
        }
        Swift.print(String(decoding: data, as: UTF8.self))
    }
}
