import Orchestrator
import Testing

@testable import OssicleData

@Suite struct EventsFileTests {
    private let folder = Result { try TemporaryFolder() }

    private func read(_ text: String, labels: [String]? = nil) throws -> [SoundEvent] {
        try EventFile.read(try folder.get().write(text, to: "a.txt"), labels: labels)
    }

    /// Returns the error message of reading `text`, without its beginning. It must begin with the path of the file.
    private func complaint(_ text: String, labels: [String]? = nil) throws -> String {
        let path = try folder.get().write(text, to: "a.txt")
        let error = try #require(throws: DataError.self) { try EventFile.read(path, labels: labels) }
        let start = "cannot use \(path): "
        #expect(error.description.hasPrefix(start))
        return String(error.description.dropFirst(start.count))
    }

    @Test func lines_are_events() throws {
        let events = [
            SoundEvent(onset: 1.5, offset: 2, label: "door slam"), SoundEvent(onset: 0, offset: 0.25, label: "bell"),
        ]
        #expect(try read("1.5\t2\tdoor slam\n0\t0.25\tbell\n") == events)
        #expect(
            try read("\u{FEFF}1.5 \t 2.0\tdoor slam\r\n\r\n0\t2.5e-1\tbell", labels: ["bell", "door slam"]) == events)
        #expect(try read("").isEmpty)
    }

    @Test func what_was_written_is_read() throws {
        let path = try folder.get().file("b.txt")
        let events = [
            SoundEvent(onset: 0.1, offset: 12.345678, label: "bell"), SoundEvent(onset: 2, offset: 2, label: "ü"),
        ]
        try EventFile.write(events.reversed(), to: path)
        #expect(try EventFile.read(path) == events)
        #expect(try AudioFolder.text(path) == "0.100000\t12.345678\tbell\n2.000000\t2.000000\tü\n")
        try EventFile.write([], to: path)
        #expect(try EventFile.read(path).isEmpty)
    }

    @Test func a_bad_line_is_named() throws {
        #expect(try complaint("0\t1\tbell\n\n2\t1.5\tbell") == "line 3: the offset 1.5 s is before the onset 2 s")
        #expect(try complaint("0\t1\tbell\r\nx\t1\tbell") == "line 2: the onset must be a number of seconds, not “x”")
        #expect(try complaint("0\tnan\tbell") == "line 1: the offset must be a number of seconds, not “nan”")
        #expect(try complaint("1e300\t1e301\tbell").contains("line 1: the onset 1e300 s is later than"))
        #expect(try complaint("-1\t1\tbell") == "line 1: the onset -1 s is before the beginning of the recording")
        #expect(try complaint("0\t1\tdog", labels: ["bell", "cat"]) == "line 1: the label “dog” is none of bell, cat")
        #expect(try complaint("0\t1\t ") == "line 1: the label is missing")
        #expect(
            try complaint("0 1 bell")
                == "line 1: it must hold onset, offset and label with a tab between them, not “0 1 bell”")
    }

    @Test func labels_that_would_break_the_file_are_not_written() throws {
        let path = try folder.get().file("c.txt")
        for label in ["", "a\tb", "a\nb"] {
            #expect(throws: DataError.self) {
                try EventFile.write([SoundEvent(onset: 0, offset: 1, label: label)], to: path)
            }
        }
        #expect(!AudioFolder.exists(path))
    }

    @Test func a_missing_annotation_is_named() throws {
        let error = #expect(throws: DataError.self) { try EventFile.read("/nowhere/a.txt") }
        #expect(error?.description == "cannot use /nowhere/a.txt: there is no such annotation file")
    }
}

@Suite struct EventsLayoutTests {
    @Test func annotations_belong_to_the_recordings_nearest_to_them() throws {
        let folder = try TemporaryFolder()
        for name in ["train/audio/a.wav", "test/audio/a.wav", "test/audio/b.wav", "isolated/cough.wav"] {
            try folder.writeNoise(name, seconds: 0.1)
        }
        try folder.write("0\t1\tcough\n", to: "train/annotation/a.txt")
        try folder.write("0\t1\tbell\n", to: "test/annotation/a.txt")
        try folder.write("", to: "test/annotation/b.txt")
        try folder.write("About these sounds.", to: "README.txt")
        let layout = try EventsLayout.read(folder.path)
        #expect(layout.labels == ["bell", "cough"])
        let paths = ["test/audio/a.wav", "test/audio/b.wav", "train/audio/a.wav"].map { "\(folder.path)/\($0)" }
        #expect(layout.recordings.map(\.path) == paths)
        #expect(layout.recordings.map(\.events.count) == [1, 0, 1])
        #expect(layout.recordings.map(\.split) == [.test, .test, .train])
    }

    @Test func the_layout_of_dcase_is_read() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("dcase2016_task2_dev_sound/dev_1_ebr_6_nec_1_poly_0.wav", seconds: 0.1)
        try folder.write("0.5\t1\tlaughter\n", to: "dcase2016_task2_dev_annotation/dev_1_ebr_6_nec_1_poly_0.txt")
        let layout = try EventsLayout.read(folder.path, labels: ["cough", "laughter"])
        #expect(layout.recordings.map(\.events) == [[SoundEvent(onset: 0.5, offset: 1, label: "laughter")]])
        #expect(layout.labels == ["cough", "laughter"])
        #expect(throws: DataError.self) { try EventsLayout.read(folder.path, labels: ["cough"]) }
    }

    @Test func an_annotation_without_its_recording_is_named() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("audio/a.wav", seconds: 0.1)
        let path = try folder.write("0\t1\tbell\n", to: "annotation/b.txt")
        let error = #expect(throws: DataError.self) { try EventsLayout.read(folder.path) }
        let complaint =
            "cannot use \(path): there is no recording named b in \(folder.path); add it or remove the annotation"
        #expect(error?.description == complaint)
    }

    @Test func an_annotation_of_two_recordings_is_named() throws {
        let folder = try TemporaryFolder()
        for name in ["audio/a.wav", "more/a.flac"] { try folder.write("", to: name) }
        let path = try folder.write("0\t1\tbell\n", to: "annotation/a.txt")
        let error = #expect(throws: DataError.self) { try EventsLayout.read(folder.path) }
        #expect(
            error?.description
                == "cannot use \(path): it could belong to audio/a.wav or to more/a.flac; rename one of them")
    }

    @Test func a_folder_without_annotations_says_what_it_needs() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("audio/a.wav", seconds: 0.1)
        #expect(
            throws: DataError.malformed(
                path: folder.path, reason: "events need a folder named annotation with a text file for each recording")
        ) { try EventsLayout.read(folder.path) }
        #expect(throws: DataError.missing(path: "/nowhere")) { try EventsLayout.read("/nowhere") }
    }
}
