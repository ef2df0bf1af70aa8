import Orchestrator
import Testing

@Suite struct EventsFittedTests {
    private let folder = Result { try TemporaryFolder() }

    /// Writes one recording of three seconds with an annotation, and returns the layout with fitted events.
    private func fitted(_ text: String, seconds: Double = 3) throws -> EventsLayout {
        let folder = try folder.get()
        try folder.writeNoise("audio/a.wav", seconds: seconds)
        try folder.write(text, to: "annotation/a.txt")
        return try EventsLayout.read(folder.path).fitted()
    }

    private func place(_ line: Int) throws -> String { "\(try folder.get().path)/annotation/a.txt, line \(line)" }

    /// Returns the reason for which an annotation is refused. The error must begin with the path of the annotation.
    private func complaint(_ text: String, seconds: Double = 3) throws -> String {
        let error = try #require(throws: DataError.self) { try fitted(text, seconds: seconds) }
        let start = "cannot use \(try folder.get().path)/annotation/a.txt: "
        #expect(error.description.hasPrefix(start), "\(error)")
        return String(error.description.dropFirst(start.count))
    }

    @Test func an_event_behind_the_end_is_named_with_its_line() throws {
        let path = "\(try folder.get().path)/audio/a.wav"
        #expect(
            try complaint("0.5\t1\tx\n\n30\t40\tx\n2\t3\ty\n")
                == "line 3: the event begins at 30 s, but \(path) ends at 3 s; correct the times, or remove the line")
        #expect(try complaint("3.5\t3.75\tx\n").hasPrefix("line 1: the event begins at 3.5 s"))
    }

    @Test func times_in_another_unit_are_recognized() throws {
        let path = "\(try folder.get().path)/audio/a.wav"
        #expect(
            try complaint("500\t1200\tx\n2000\t2700\ty\n")
                == "line 1: the event ends at 1200 s, but \(path) has 3 s; the times look like milliseconds, so write "
                + "them in seconds")
        // The first onset is 0, so that the first event does not begin after the end.
        #expect(try complaint("0\t3000\tx\n").contains("milliseconds"))
        #expect(try complaint("0\t16000\tx\n24000\t48000\tx\n").contains("sample numbers"))
        #expect(try complaint("10\t20\tx\n600\t60000\tx\n900\t58000\tx\n", seconds: 60).contains("line 2"))
    }

    @Test func times_that_are_far_off_in_any_unit_are_not_taken_for_milliseconds() throws {
        #expect(try complaint("1\t2\tx\n2\t2.5\tx\n500\t1200\tx\n").contains("begins at 500 s"))
        #expect(try complaint("0\t1e7\tx\n1e7\t2e7\tx\n").contains("begins at 10000000 s"))
        #expect(try complaint("30\t40\tx\n").contains("begins at 30 s"))
    }

    @Test func an_event_that_ends_after_the_recording_is_cut_off_and_counted() throws {
        let layout = try fitted("1\t2\tx\n2\t40\ty\n2.5\t4\tx\n")
        let events = [
            SoundEvent(onset: 1, offset: 2, label: "x"), SoundEvent(onset: 2, offset: 3, label: "y"),
            SoundEvent(onset: 2.5, offset: 3, label: "x"),
        ]
        #expect(layout.recordings[0].events == events && layout.labels == ["x", "y"])
        #expect(
            layout.warnings == [
                "2 of 3 events ended after their recording and were cut off at its end: \(try place(2)), ends at 40 s, "
                    + "and the recording at 3 s (the first of them)"
            ])
    }

    @Test func a_rounded_end_is_cut_off_without_a_warning() throws {
        let layout = try fitted("1\t3.05\tx\n")
        #expect(layout.recordings[0].events == [SoundEvent(onset: 1, offset: 3, label: "x")])
        #expect(layout.warnings.isEmpty)
    }

    @Test func events_without_a_duration_and_repeated_lines_are_left_out_and_counted() throws {
        let layout = try fitted("1\t1\tx\n1\t2\tx\n1\t2\ty\n1.0\t2.0\tx\n3.05\t3.08\tx\n2\t2\tz\n")
        let events = [SoundEvent(onset: 1, offset: 2, label: "x"), SoundEvent(onset: 1, offset: 2, label: "y")]
        #expect(layout.recordings[0].events == events && layout.labels == ["x", "y"])
        #expect(
            layout.warnings == [
                "3 of 6 events had no duration and were left out: \(try place(1)) (the first of them)",
                "1 of 6 events repeated another line of their annotation and were left out: \(try place(4))",
            ])
    }

    @Test func overlapping_events_of_one_label_are_kept() throws {
        let layout = try fitted("1\t2\tx\n1.5\t2.5\tx\n")
        #expect(layout.recordings[0].events.count == 2 && layout.warnings.isEmpty)
    }

    @Test func a_recording_without_samples_is_named() throws {
        let folder = try folder.get()
        try folder.writeFloats([], to: "audio/a.wav")
        try folder.write("", to: "annotation/a.txt")
        let layout = try EventsLayout.read(folder.path)
        let error = #expect(throws: AudioError.self) { try layout.fitted() }
        #expect(error?.description.contains("audio/a.wav") == true)
    }

    @Test func recordings_without_an_annotation_are_counted_beside_annotated_ones() throws {
        let folder = try folder.get()
        for name in ["b", "c"] { try folder.writeNoise("audio/\(name).wav", seconds: 0.1) }
        try folder.writeNoise("isolated/d.wav", seconds: 0.1)
        #expect(
            try fitted("").warnings == [
                "2 of 3 recordings have no annotation and were left out: \(folder.path)/audio/b.wav (the first of them)"
            ])
    }
}
