import Orchestrator
import Testing

@testable import OssicleEvaluation

@Suite struct EventsDecoderTests {
    private let decoder = EventDecoder(hopSeconds: 0.25)

    private func spans(_ events: [SoundEvent]) -> [[Double]] { events.map { [$0.onset, $0.offset] } }

    @Test func runs_of_active_frames_are_events() {
        // Each frame has one probability for each of the two labels. A probability equal to the threshold is active.
        let events = decoder([0.9, 0, 0.5, 0.6, 0.49, 0.7, 0.8, 0.1], labels: ["bell", "cough"])
        let expected: [SoundEvent] = [
            SoundEvent(onset: 0, offset: 0.5, label: "bell"), SoundEvent(onset: 0.25, offset: 0.75, label: "cough"),
            SoundEvent(onset: 0.75, offset: 1, label: "bell"),
        ]
        #expect(events == expected)
    }

    @Test func events_end_with_the_recording() {
        #expect(spans(decoder([0, 1, 1], labels: ["bell"], seconds: 0.6)) == [[0.25, 0.6]])
        #expect(decoder([0, 0, 1], labels: ["bell"], seconds: 0.5).isEmpty)
    }

    @Test func median_closes_gaps_and_removes_clicks() {
        var decoder = decoder
        decoder.medianSeconds = 0.75
        #expect(spans(decoder([0, 1, 0, 0, 1, 1, 0, 1, 1, 0], labels: ["bell"])) == [[1, 2.25]])
    }

    @Test func median_takes_the_nearest_odd_number_of_frames() {
        let lengths = [0.0, 0.25, 0.49, 0.5, 0.75, 0.99, 1, 1.25]
        let frames = lengths.map { EventDecoder(hopSeconds: 0.25, medianSeconds: $0).medianFrames }
        #expect(frames == [1, 1, 1, 3, 3, 3, 5, 5])
        // 0.3 / 0.1 = 2.9999999999999996 must be rounded to 3.
        #expect(EventDecoder(hopSeconds: 0.1, medianSeconds: 0.3).medianFrames == 3)
    }

    @Test func short_events_are_dropped_and_those_of_the_minimum_kept() {
        var decoder = EventDecoder(hopSeconds: 0.1)
        decoder.minimumSeconds = 0.3
        #expect(decoder([1, 1, 0, 1, 1, 1], labels: ["bell"]).count == 1)
        decoder.minimumSeconds = 0.31
        #expect(decoder([1, 1, 0, 1, 1, 1], labels: ["bell"]).isEmpty)
    }

    @Test func no_frames_are_no_events() {
        #expect(EventDecoder(hopSeconds: 0.1, medianSeconds: 1)([], labels: ["bell"]).isEmpty)
    }

    @Test func a_probability_that_is_no_number_is_not_active() {
        #expect(spans(decoder([.nan, 1], labels: ["bell"])) == [[0.25, 0.5]])
    }
}
