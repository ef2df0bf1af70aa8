import Foundation
import Orchestrator
import Testing

/// The lists of Speech Commands, and numbers of classes.
@Suite struct FileListTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (seed, name) in ["no/a_nohash_0", "no/b_nohash_0", "yes/a_nohash_0", "yes/b_nohash_0"].enumerated() {
            try folder.writeNoise("\(name).wav", seconds: 0.1, seed: seed)
        }
        try folder.write("", to: "validation_list.txt")
    }

    private func message() -> String {
        let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
        return error?.description ?? ""
    }

    @Test(
        arguments: [
            "yes/b_nohash_0.wav\n", "./yes/b_nohash_0.wav\n", "yes\\b_nohash_0.wav\r\n", "/yes/b_nohash_0.wav  \n\n",
            ".\\yes\\b_nohash_0.flac", "\u{FEFF}  yes//b_nohash_0\r", "\tyes/./b_nohash_0.wav",
        ])
    func lines_are_normalized(list: String) throws {
        try folder.write(list, to: "testing_list.txt")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.map(\.split) == [.train, .train, .train, .test] && set.warnings.isEmpty)
    }

    @Test func a_backslash_in_a_name_is_kept() throws {
        try folder.writeNoise("yes/c\\d_nohash_0.wav", seconds: 0.1)
        try folder.write("yes/c\\d_nohash_0.wav\n", to: "testing_list.txt")
        #expect(try AudioDataset.open([folder.path]).clips.map(\.split).last == .test)
    }

    @Test func a_list_that_matches_nothing_is_refused() throws {
        let path = try folder.write("\nwords/yes/b_nohash_0.wav\nYES/b_nohash_0.wav\n", to: "testing_list.txt")
        let text = message()
        #expect(text.hasPrefix("cannot use \(path): none of its 2 lines names a file of the data set; line 2 is "))
        #expect(text.contains("“words/yes/b_nohash_0.wav”, but it must be a path such as no/a_nohash_0.wav"))
    }

    @Test func lines_that_match_nothing_are_counted() throws {
        let path = try folder.write("yes/b_nohash_0.wav\ngone/c.wav\ngone/d.wav\n", to: "testing_list.txt")
        #expect(
            try AudioDataset.open([folder.path]).warnings == [
                "2 of 3 lines of \(path) name no file of the data set and are ignored; line 2 is “gone/c.wav”"
            ])
    }

    @Test func a_file_in_both_lists_is_refused() throws {
        let path = try folder.write("no/b_nohash_0.wav\nyes/b_nohash_0.wav\n", to: "testing_list.txt")
        try folder.write("./yes/b_nohash_0.wav\n", to: "validation_list.txt")
        let words = "cannot use \(path): line 2: the file yes/b_nohash_0 is in line 1 of "
        #expect(message().hasPrefix(words + "\(folder.path)/validation_list.txt too"))
    }

    @Test func a_missing_list_is_named() throws {
        #expect(message().contains("the layout speech-commands needs \(folder.path)/testing_list.txt; add it"))
        #expect(try AudioDataset.open([folder.path], layout: .folders).classes == ["no", "yes"])
    }

    @Test func files_outside_of_the_folders_of_words_are_counted() throws {
        try folder.writeNoise("stray.wav", seconds: 0.1)
        try folder.write("yes/b_nohash_0.wav\n", to: "testing_list.txt")
        let words = "left out audio files in \(folder.path) that are in no folder of a word: 1, "
        #expect(try AudioDataset.open([folder.path]).warnings == [words + "\(folder.path)/stray.wav"])
    }

    @Test(
        arguments: [
            ("0,cat", "the target 0 has the category “dog” in line 2 and “cat” in line 4"),
            ("5,dog", "the category “dog” has the target 0 in line 2 and 5 in line 4"),
        ])
    func esc50_classes_have_one_number_and_one_name(row: String, words: String) throws {
        for name in ["a", "b", "c"] { try folder.writeNoise("audio/\(name).wav", seconds: 0.1) }
        let rows = "filename,fold,target,category\na.wav,1,0,dog\nb.wav,2,1,cow\nc.wav,2,\(row)\n"
        let path = try folder.write(rows, to: "meta/esc50.csv")
        #expect(message().hasPrefix("cannot use \(path): \(words)"))
    }

    @Test func nsynth_families_have_one_number_and_one_name() throws {
        func note(_ family: Int, _ name: String) -> String {
            """
            {"pitch": 60, "instrument_str": "i", "instrument_family": \(family), "instrument_family_str": "\(name)"}
            """
        }
        let set = try TemporaryFolder()
        for name in ["nsynth-train/audio/a.wav", "nsynth-valid/audio/b.wav"] { try set.writeNoise(name, seconds: 0.1) }
        try set.write("{\"a\": \(note(3, "guitar"))}", to: "nsynth-train/examples.json")
        let path = try set.write("{\"b\": \(note(3, "bass"))}", to: "nsynth-valid/examples.json")
        let error = #expect(throws: DataError.self) { try AudioDataset.open([set.path]) }
        let words = "the instrument_family 3 has the instrument_family_str “guitar” in the note “a” of "
        #expect(error?.description.hasPrefix("cannot use \(path): \(words)") == true)
        try set.write("{\"b\": \(note(0, "bass"))}", to: "nsynth-valid/examples.json")
        try set.writeNoise("nsynth-valid/audio/extra.wav", seconds: 0.1)
        let warnings = try AudioDataset.open([set.path]).warnings
        let extra = "nsynth-valid/examples.json: 1, \(set.path)/nsynth-valid/audio/extra.wav"
        #expect(warnings.first?.hasSuffix(extra) == true)
    }
}
