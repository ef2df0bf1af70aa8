import Foundation
import Orchestrator
import Testing

@testable import OssicleEvaluation

/// Compares the scores with sed_eval, psds_eval and SciPy, whose results are in Fixtures/events.json (written by
/// events.py). Counts are integers, and each score needs only a few operations on them. Therefore 1e-9 is much larger
/// than the rounding error and much smaller than the effect of one event.
@Suite struct EventsParityTests {
    static let tolerance = 1e-9
    fileprivate static let golden = Result { try GoldenEvents.load() }

    @Test func event_based_f_measures_equal_sed_eval() throws {
        let golden = try Self.golden.get()
        #expect(golden.cases.count == 6)
        for recorded in golden.cases {
            for (name, offset) in [
                ("onset", EventBasedCounts.Offset.ignored), ("onset_offset", .within(shareOfLength: 0.5)),
            ] {
                var metric = EventBasedCounts(labels: golden.labels, offset: offset)
                for file in recorded.files {
                    metric.add(
                        reference: golden.events(file.reference), prediction: golden.events(file.prediction ?? []))
                }
                try expectEqual(metric.counts, try #require(recorded.scores[name]), "\(recorded.name), \(name)")
            }
        }
    }

    @Test func segment_based_scores_equal_sed_eval() throws {
        let golden = try Self.golden.get()
        for recorded in golden.cases {
            for name in ["segment", "segment_seconds"] {
                var metric = SegmentBasedCounts(labels: golden.labels)
                for file in recorded.files {
                    metric.add(
                        reference: golden.events(file.reference), prediction: golden.events(file.prediction ?? []),
                        seconds: name == "segment" ? nil : file.seconds)
                }
                let scores = try #require(recorded.scores[name])
                try expectEqual(metric.counts, scores, "\(recorded.name), \(name)")
                let rate = metric.errorRate
                let expected = try #require(scores.errorRate)
                expectEqual(rate.total, expected["error_rate"], recorded.name)
                expectEqual(rate.substitutions, expected["substitution_rate"], recorded.name)
                expectEqual(rate.deletions, expected["deletion_rate"], recorded.name)
                expectEqual(rate.insertions, expected["insertion_rate"], recorded.name)
            }
        }
    }

    @Test func psds_equals_psds_eval() throws {
        let golden = try Self.golden.get()
        #expect(golden.psds.allSatisfy { $0.settings.count == 7 && $0.points.count == 11 })
        for recorded in golden.psds {
            let recordings = recorded.files.map {
                PSDS.Recording(reference: golden.events($0.reference), seconds: $0.seconds)
            }
            for setting in recorded.settings {
                var psds = PSDS(recordings: recordings, criteria: setting.criteria)
                for point in recorded.points { psds.add(predictions: point.map(golden.events)) }
                expectEqual(psds.value, setting.psds, "\(recorded.name), \(setting)")
                let point = psds.points[9]
                #expect(point.truePositiveRatio.count == setting.tpRatio.count)
                for (value, expected) in zip(point.truePositiveRatio, setting.tpRatio) {
                    expectEqual(value, expected, recorded.name)
                }
                // The rates are up to a few thousand per hour, so that they are compared in thousands.
                for (value, expected) in zip(point.effectiveFPR, setting.effectiveFpRate) {
                    expectEqual(value / 1000, expected / 1000, recorded.name)
                }
            }
        }
    }

    @Test func median_equals_scipy() throws {
        for recorded in try Self.golden.get().medians {
            let filtered = EventDecoder.median(recorded.active.map { $0 == 1 }, width: recorded.width)
            #expect(filtered == recorded.filtered.map { $0 == 1 }, "width \(recorded.width)")
        }
    }

    private func expectEqual(_ counts: [DetectionCounts], _ scores: GoldenEvents.Scores, _ name: String) throws {
        for (measure, expected) in [
            (counts.overall(silent: .undefined), scores.overall), (counts.mean(silent: .undefined), scores.mean),
            (counts.overall(), scores.overallZero), (counts.mean(), scores.meanZero),
        ] {
            expectEqual(measure.precision, expected.precision, name)
            expectEqual(measure.recall, expected.recall, name)
            expectEqual(measure.f, expected.fMeasure, name)
        }
    }

    private func expectEqual(_ value: Double?, _ expected: Double?, _ name: String) {
        guard let value, let expected else {
            #expect(value == nil && expected == nil, "\(name)")
            return
        }
        #expect(abs(value - expected) < Self.tolerance, "\(name): \(value), recorded \(expected)")
    }
}

private struct GoldenEvents: Decodable {
    struct File: Decodable {
        var seconds: Double
        var reference: [[Double]]
        var prediction: [[Double]]?
    }

    struct FMeasure: Decodable {
        var fMeasure: Double?
        var precision: Double?
        var recall: Double?
    }

    struct Scores: Decodable {
        var overall: FMeasure
        var mean: FMeasure
        var overallZero: FMeasure
        var meanZero: FMeasure
        var errorRate: [String: Double]?
    }

    struct Case: Decodable {
        var name: String
        var files: [File]
        var scores: [String: Scores]
    }

    struct Setting: Decodable {
        var dtc: Double
        var gtc: Double
        var cttc: Double
        var alphaCt: Double
        var alphaSt: Double
        var maxEfpr: Double
        var psds: Double
        var tpRatio: [Double]
        var effectiveFpRate: [Double]

        var criteria: PSDS.Criteria {
            PSDS.Criteria(dtc: dtc, gtc: gtc, cttc: cttc, alphaCT: alphaCt, alphaST: alphaSt, maximumEFPR: maxEfpr)
        }
    }

    struct Points: Decodable {
        var name: String
        var files: [File]
        /// The predicted events as [onset, offset, label index], for each operating point and each file.
        var points: [[[[Double]]]]
        var settings: [Setting]
    }

    struct Median: Decodable {
        var width: Int
        var active: [Int]
        var filtered: [Int]
    }

    var labels: [String]
    var cases: [Case]
    var psds: [Points]
    var medians: [Median]

    /// Converts rows of [onset, offset, label index] to events.
    func events(_ rows: [[Double]]) -> [SoundEvent] {
        rows.map { SoundEvent(onset: $0[0], offset: $0[1], label: labels[Int($0[2])]) }
    }

    static func load() throws -> GoldenEvents {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/events", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(GoldenEvents.self, from: Data(contentsOf: url))
    }
}
