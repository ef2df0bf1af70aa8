import Foundation
import Orchestrator

/// The summary of a corpus, as text or as JSON.
struct CorpusReport: Encodable {
    let corpus: String
    let output: String
    let seed: UInt64
    let clips: [CorpusPart: Int]
    let groups: [CorpusPart: Int]
    let groupName: String
    /// Warnings about recordings that could not be used.
    var warnings: [String] = []

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(corpus, forKey: Key("corpus"))
        try container.encode(output, forKey: Key("output"))
        try container.encode(seed, forKey: Key("seed"))
        try container.encode(warnings, forKey: Key("warnings"))
        for (name, counts) in [("clips", clips), (groupName, groups)] {
            var parts = container.nestedContainer(keyedBy: Key.self, forKey: Key(name))
            for part in CorpusPart.allCases { try parts.encode(counts[part, default: 0], forKey: Key(part.rawValue)) }
        }
    }

    func print(json: Bool) {
        if json {
            JSONReport.print(self)
        } else {
            let parts = CorpusPart.allCases.map { part in
                "  \(part.rawValue): \(clips[part, default: 0]) clips of \(groups[part, default: 0]) \(groupName)"
            }
            Swift.print(
                (["\(output): \(clips.values.reduce(0, +)) clips, seed \(seed)"] + parts).joined(separator: "\n"))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
