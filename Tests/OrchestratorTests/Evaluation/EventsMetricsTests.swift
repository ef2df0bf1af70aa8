import Orchestrator
import Testing

@testable import OssicleStatistics

private func event(_ onset: Double, _ offset: Double, _ label: String = "bell") -> SoundEvent {
    SoundEvent(onset: onset, offset: offset, label: label)
}

private let labels = ["bell", "cough"]

@Suite struct EventsOnsetTests {
    private func counts(
        _ reference: [SoundEvent], _ prediction: [SoundEvent], offset: EventBasedCounts.Offset = .ignored
    ) -> [DetectionCounts] {
        var metric = EventBasedCounts(labels: labels, offset: offset)
        metric.add(reference: reference, prediction: prediction)
        return metric.counts
    }

    @Test func two_predictions_for_one_event_are_one_hit() {
        let counts = counts([event(1, 2)], [event(0.9, 1), event(1.1, 1.2)])
        #expect(counts == [DetectionCounts(hits: 1, reference: 1, predicted: 2), DetectionCounts()])
        #expect(counts.overall() == .init(precision: 0.5, recall: 1, f: 2.0 / 3))
    }

    @Test func a_hit_needs_the_same_label() {
        let counts = counts([event(1, 2)], [event(1, 2, "cough")])
        #expect(counts == [DetectionCounts(reference: 1), DetectionCounts(predicted: 1)])
        #expect(counts.overall().f == 0)
    }

    @Test func a_collar_away_is_a_hit_and_beyond_it_is_none() {
        // Both 1.25 − 1 and the collar of 0.25 are exact.
        var metric = EventBasedCounts(labels: labels, collarSeconds: 0.25)
        metric.add(reference: [event(1, 2)], prediction: [event(1.25, 2)])
        metric.add(reference: [event(1, 2)], prediction: [event(1.2500001, 2)])
        #expect(metric.counts[0] == DetectionCounts(hits: 1, reference: 2, predicted: 2))
    }

    @Test func pairs_are_as_many_as_can_be() {
        // The first prediction can hit both events, but the second prediction can hit only the first event. A greedy
        // assignment in this order would lose one hit.
        #expect(counts([event(1, 2), event(1.3, 2)], [event(1.15, 2), event(0.9, 2)])[0].hits == 2)
        #expect(EventBasedCounts.largestMatching([[0, 1], [0], [1, 2], [2]], right: 3) == 3)
        #expect(EventBasedCounts.largestMatching([], right: 0) == 0)
    }

    @Test func offset_may_miss_by_the_collar_or_a_share_of_the_length() {
        let half = EventBasedCounts.Offset.within(shareOfLength: 0.5)
        #expect(counts([event(1, 5)], [event(1, 3)], offset: half)[0].hits == 1)
        #expect(counts([event(1, 5)], [event(1, 2.9)], offset: half)[0].hits == 0)
        #expect(counts([event(1, 1.1)], [event(1, 1.25)], offset: half)[0].hits == 1)
        #expect(counts([event(1, 5)], [event(1, 2.9)])[0].hits == 1)
    }

    @Test func silence_has_no_precision_and_no_reference_no_recall() {
        let silent = counts([event(1, 2)], [])
        #expect(silent.overall() == .init(precision: 0, recall: 0, f: 0))
        #expect(silent.overall(silent: .undefined) == .init(precision: nil, recall: 0, f: nil))
        #expect(counts([], [event(1, 2)]).overall() == .init(precision: 0, recall: nil, f: nil))
        #expect(counts([], []).mean(silent: .undefined) == .init(precision: nil, recall: nil, f: nil))
    }

    @Test func mean_over_labels_leaves_out_those_that_have_no_f() {
        let counts = [
            DetectionCounts(hits: 1, reference: 1, predicted: 1), DetectionCounts(reference: 2),
            DetectionCounts(predicted: 3),
        ]
        #expect(counts.mean().f == 0.5)
        #expect(counts.mean(silent: .undefined).f == 1)
    }
}

@Suite struct EventsSegmentTests {
    @Test func errors_match_a_case_worked_by_hand() {
        // Segments 0 … 4. Reference: bell in 0 and 1, cough in 1 and 3. Predicted: bell in 1 and 4, cough in 0 and 1.
        // Result: 0 has a substitution, 1 is right, 3 has a deletion, 4 has an insertion.
        var metric = SegmentBasedCounts(labels: labels)
        metric.add(
            reference: [event(0.2, 1.5), event(1, 2, "cough"), event(3.9, 4, "cough")],
            prediction: [event(1.2, 1.3), event(4, 5), event(0.9, 1.1, "cough")])
        #expect([metric.substitutions, metric.deletions, metric.insertions] == [1, 1, 1])
        #expect(metric.errorRate == .init(substitutions: 0.25, deletions: 0.25, insertions: 0.25, total: 0.75))
        #expect(metric.counts[0] == DetectionCounts(hits: 1, reference: 2, predicted: 2))
        #expect(metric.counts[1] == DetectionCounts(hits: 1, reference: 2, predicted: 2))
        #expect(metric.counts.overall().f == 0.5)
    }

    @Test func what_lies_beyond_the_recording_is_not_evaluated() {
        var metric = SegmentBasedCounts(labels: labels)
        metric.add(reference: [event(0, 1)], prediction: [event(0, 5), event(7, 8)], seconds: 1.5)
        #expect(metric.counts[0] == DetectionCounts(hits: 1, reference: 1, predicted: 2))
    }

    @Test func without_a_reference_there_is_no_error_rate() {
        var metric = SegmentBasedCounts(labels: labels)
        metric.add(reference: [], prediction: [])
        metric.add(reference: [], prediction: [event(0, 2)])
        #expect(metric.insertions == 2)
        #expect(metric.errorRate == .init(substitutions: nil, deletions: nil, insertions: nil, total: nil))
        metric.add(reference: [event(0, 1)], prediction: [])
        #expect(metric.errorRate.total == 3)
    }
}

@Suite struct EventsPSDSTests {
    private let recordings = [
        PSDS.Recording(reference: [event(0, 2), event(4, 6, "cough")], seconds: 10),
        PSDS.Recording(reference: [event(1, 2)], seconds: 26),
    ]

    @Test func all_right_is_one_and_silence_is_zero() {
        for criteria in [PSDS.Criteria.exactTimes, .exactLabels] {
            var psds = PSDS(recordings: recordings, criteria: criteria)
            #expect(psds.value == 0)
            psds.add(predictions: [[], []])
            #expect(psds.value == 0)
            psds.add(predictions: recordings.map(\.reference))
            #expect(psds.value == 1)
        }
    }

    @Test func without_reference_events_there_is_no_score() {
        var psds = PSDS(recordings: [PSDS.Recording(reference: [], seconds: 1)])
        psds.add(predictions: [[event(0, 1)]])
        #expect(psds.value == nil)
    }

    @Test func a_false_alarm_costs_the_rates_below_its_own() {
        // The recordings have 36 seconds, so that one false alarm is a rate of 100 per hour. The first operating point
        // finds one of two bells, and the second finds both but adds a false alarm. Both find the cough.
        var psds = PSDS(recordings: recordings, criteria: .init(maximumEFPR: 400))
        psds.add(predictions: [recordings[0].reference, []])
        psds.add(predictions: [recordings[0].reference, [event(1, 2), event(20, 21)]])
        #expect(psds.points[1].effectiveFPR == [100, 0])
        #expect(psds.curve.map { $0.effectiveFPR } == [0, 100])
        #expect(psds.curve.map { $0.effectiveTPR } == [0.75, 1])
        // The curve is 0.75 for rates from 0 to 100 and 1 for rates from 100 to 400.
        #expect(psds.value == 0.9375)
    }

    @Test func spread_over_labels_is_deducted() {
        // The true positive ratios 0.5 and 1 have the mean 0.75 and the standard deviation 0.25.
        var psds = PSDS(recordings: recordings, criteria: .init(alphaST: 1))
        psds.add(predictions: [recordings[0].reference, []])
        #expect(psds.value == 0.5)
    }

    @Test func a_cross_trigger_costs_by_the_length_of_the_other_label() {
        // A bell is predicted at the time of the cough. This is a false alarm, 100 per hour, and also a cross-trigger
        // in 2 s of coughs, 1800 per hour.
        var psds = PSDS(recordings: recordings, criteria: .init(alphaCT: 0.5))
        psds.add(predictions: [[event(4, 6)], []])
        #expect(psds.points[0].effectiveFPR == [1000, 0])
        // If the overlap is below the criterion of 0.3, the prediction is only a false alarm.
        psds.add(predictions: [[event(5.5, 8)], []])
        #expect(psds.points[1].effectiveFPR == [100, 0])
    }

    @Test func shares_that_meet_the_criteria_exactly_are_right() {
        func ratio(_ prediction: [SoundEvent]) -> Double {
            var psds = PSDS(recordings: [PSDS.Recording(reference: [event(2, 4)], seconds: 10)])
            psds.add(predictions: [prediction])
            return psds.points[0].truePositiveRatio[0]
        }
        #expect(ratio([event(3, 5)]) == 1)
        #expect(ratio([event(3, 5.001)]) == 0)
        #expect(ratio([event(3.001, 4)]) == 0)
        // An event that two detections cover together is counted once.
        #expect(ratio([event(2, 2.5), event(3, 3.5)]) == 1)
        #expect(ratio([event(2, 3.5), event(3.5, 5)]) == 1)
        // A detection that begins at the end of the event does not overlap it.
        #expect(ratio([event(4, 5)]) == 0)
    }

    @Test func one_label_has_no_cross_triggers() {
        var psds = PSDS(
            recordings: [PSDS.Recording(reference: [event(0, 1)], seconds: 36)], criteria: .init(alphaCT: 1))
        psds.add(predictions: [[event(0, 1), event(5, 6)]])
        #expect(psds.points == [.init(truePositiveRatio: [1], effectiveFPR: [100])])
    }

    @Test func overlapping_events_of_one_label_are_one() {
        let events: [SoundEvent] = [event(1, 3), event(0, 2), event(1, 2, "cough"), event(3, 4), event(5, 5)]
        let merged: [SoundEvent] = [event(0, 3), event(1, 2, "cough"), event(3, 4)]
        #expect(events.merged() == merged)
    }
}
