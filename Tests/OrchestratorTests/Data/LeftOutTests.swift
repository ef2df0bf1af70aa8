import Foundation
import Orchestrator
import Testing

@testable import OssicleCorpora
@testable import OssicleData

/// Everything that a data set leaves out is in its warnings.
@Suite struct LeftOutTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
    }

    @Test func suffixes_are_those_that_libsndfile_reads() {
        for name in [
            "a.wav", "a.WAVE", "a.AIFC", "a.snd", "a.sph", "a.nist", "a.rf64", "a.w64", "a.voc", "a.ircam", "a.mp2",
            "a.b/c.d.flac", ".wav", "\u{301}.opus",
        ] { #expect(AudioFile.isAudioPath(name), "\(name)") }
        for name in ["wav", "a.wav/b", "a.waveform", "a.m4a", "a.wаv", "a.wav.", "", "a.\u{301}wav"] {
            #expect(!AudioFile.isAudioPath(name), "\(name)")
        }
        for name in ["a.m4a", "a.WMA", "a.webm", "a.aac", "a.wv"] { #expect(AudioSuffix.isUnreadable(name), "\(name)") }
        #expect(AudioSuffix.isLossy("a.MP2") && !AudioSuffix.isLossy("a.flac"))
    }

    @Test func formats_that_cannot_be_read_are_counted_in_one_warning() throws {
        for name in ["one/a", "two/a"] { try folder.writeNoise("\(name).wav", seconds: 0.1) }
        for name in ["one/x/b.M4A", "one/c.m4a", "two/d.wma", "two/e.txt"] { try folder.write("bytes", to: name) }
        for roots in [[folder.path], [folder.path + "/one", folder.path + "/two"]] {
            let set = try AudioDataset.open(roots)
            #expect(
                set.warnings == [
                    "left out files in formats that cannot be read: 3 (.m4a: 2, .wma: 1), the first is "
                        + "\(folder.path)/one/c.m4a; convert them to WAV or FLAC, for example with ffmpeg"
                ])
        }
    }

    @Test func a_folder_of_formats_that_cannot_be_read_says_so() throws {
        try folder.write("bytes", to: "a.m4a")
        let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
        #expect(error?.description.contains("(.m4a: 1), the first is \(folder.path)/a.m4a; convert them") == true)
        let single = #expect(throws: DataError.self) { try AudioDataset.open([folder.path + "/a.m4a"]) }
        #expect(single?.description.contains("convert it to WAV or FLAC, for example with ffmpeg") == true)
    }

    @Test func links_to_nothing_are_counted() throws {
        try folder.writeNoise("one/a.wav", seconds: 0.1)
        try link("two", to: "/nowhere/two")
        try link("one/b.wav", to: "/nowhere/b.wav")
        let set = try AudioDataset.open([folder.path])
        #expect(
            set.warnings == [
                "skipped 1 of 2 files: there is no file \(folder.path)/one/b.wav",
                "left out symbolic links in \(folder.path) that lead to nothing: 1, \(folder.path)/two",
            ])
    }

    @Test func a_file_with_two_names_is_used_once() throws {
        let first = try folder.writeNoise("one/a.wav", seconds: 0.1)
        try folder.writeNoise("two/a.wav", seconds: 0.1)
        try link("one/b.wav", to: "a.wav")
        try FileManager.default.linkItem(atPath: first, toPath: "\(folder.path)/one/c.wav")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.count == 2)
        #expect(
            set.warnings == [
                "used only once files that are listed more than once: 2, the first is \(folder.path)/one/b.wav"
            ])
        try link("two/d.wav", to: "../one/a.wav")
        let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
        let words = "it is listed (also as \(first)) with the labels “one” and “two”"
        #expect(error?.description.contains(words) == true)
    }

    @Test func one_folder_under_two_paths_is_used_once() throws {
        for name in ["one/a.wav", "two/a.wav"] { try folder.writeNoise(name, seconds: 0.1) }
        let set = try AudioDataset.open([folder.path, folder.path + "/."])
        #expect(set.clips.count == 2 && set.warnings.count == 1)
    }

    @Test func a_folder_with_the_name_of_a_file_is_a_folder() throws {
        for name in ["one.wav/a.wav", "two/a.wav"] { try folder.writeNoise(name, seconds: 0.1) }
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["one.wav", "two"] && set.warnings.isEmpty)
    }

    @Test func clips_in_no_part_of_a_probe_are_counted() throws {
        for name in ["train/one/a", "train/two/b", "test/one/c", "test/two/d", "e"] {
            try folder.writeNoise("\(name).wav", seconds: 0.1)
        }
        #expect(
            try AudioDataset.open([folder.path]).probeWarnings == [
                "clips without a label are in no part of a probe: 1 of 5, \(folder.path)/e.wav"
            ])
        let rows = "path,label,split\ntrain/one/a.wav,x,train\ntest/one/c.wav,x,test\ne.wav,x,\n"
        let table = try folder.write(rows, to: "t.csv")
        #expect(
            try AudioDataset.open([table]).probeWarnings == [
                "clips with a label but without a split are in no part of a probe: 1 of 3, \(folder.path)/e.wav"
            ])
    }

    @Test(
        arguments: [
            ("split", "train,validation", "no clip with a label is in the test part of the published split"),
            ("split", "test,test", "no clip with a label is in the training part of the published split"),
            ("fold", "1,1", "all clips with a label have the same fold, so that a probe divides them at random"),
        ])
    func a_published_division_that_cannot_be_used_is_named(column: String, values: String, words: String) throws {
        for name in ["a", "b"] { try folder.writeNoise("\(name).wav", seconds: 0.1) }
        let parts = values.split(separator: ",")
        let table = try folder.write("path,label,\(column)\na.wav,x,\(parts[0])\nb.wav,y,\(parts[1])\n", to: "t.csv")
        let set = try AudioDataset.open([table])
        #expect(set.probeWarnings.count == 1 && set.probeWarnings[0].hasPrefix(words))
        // A training has no division.
        #expect(set.warnings.isEmpty)
    }

    @Test func events_count_what_they_leave_out() throws {
        try folder.writeNoise("train/audio/a.wav", seconds: 0.1)
        try folder.write("0\t1\tbell\n", to: "train/annotation/a.txt")
        try folder.write("", to: "train/annotation/a.csv")
        try folder.write("", to: "train/audio/d.m4a")
        let warnings = try EventsLayout.read(folder.path).warnings
        #expect(
            warnings == [
                "left out files in formats that cannot be read: 1 (.m4a: 1), the first is \(folder.path)/train/audio/d.m4a; "
                    + "convert them to WAV or FLAC, for example with ffmpeg",
                "did not read files in folders of annotations that do not end in .txt: 1, "
                    + "\(folder.path)/train/annotation/a.csv",
            ])
    }

    @Test func soundscapes_count_events_that_are_not_in_them() throws {
        for label in 0..<2 {
            for file in 0..<3 {
                try folder.writeNoise("events/\(label)/\(file).wav", seconds: label == 0 ? 0.2 : 3, seed: file)
            }
        }
        for file in 0..<3 { try folder.writeNoise("backgrounds/\(file).wav", seconds: 2, seed: file) }
        var corpus = SoundscapeCorpus()
        (corpus.size, corpus.seconds, corpus.count) = (10, 2, 2...3)
        let summary = try corpus.render(
            events: try AudioDataset.open([folder.path + "/events"]),
            backgrounds: try AudioDataset.open([folder.path + "/backgrounds"]), to: folder.path + "/mixed")
        let warning = try #require(summary.warnings.first)
        #expect(warning.hasPrefix("left out drawn events that are longer than a mixture (2.0 s): "))
        #expect(warning.contains("events/1/"))
    }
}
