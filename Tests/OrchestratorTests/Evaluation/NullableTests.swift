import Foundation
import Orchestrator
import Testing

@Suite struct NullableTests {
    private struct Report: Codable, Equatable {
        @Nullable var value: Double?
        @Nullable var ci95: Interval?
    }

    @Test func nil_is_null_in_json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for (report, json) in [
            (Report(value: nil, ci95: nil), "{\"ci95\":null,\"value\":null}"),
            (Report(value: 0.5, ci95: Interval(low: 0.25, high: 1)), "{\"ci95\":[0.25,1],\"value\":0.5}"),
        ] {
            let data = try encoder.encode(report)
            #expect(String(decoding: data, as: UTF8.self) == json)
            #expect(try JSONDecoder().decode(Report.self, from: data) == report)
        }
    }
}
