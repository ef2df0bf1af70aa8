import Foundation
import Orchestrator

/// The one JSON object that `--json` puts on standard output: snake case, keys sorted.
enum JSONReport {
    static func print(_ report: some Encodable) {
        let encoder = JSONEncoder.run
        encoder.outputFormatting.insert(.prettyPrinted)
        // Reports are plain values: there is nothing in them that JSON cannot hold.
        guard let data = try? encoder.encode(report) else { preconditionFailure("a report that is no JSON") }
        Swift.print(String(decoding: data, as: UTF8.self))
    }
}
