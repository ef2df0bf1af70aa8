import Foundation
import Orchestrator
import Testing

@testable import OssicleData
@testable import OssicleEvaluation

/// Names that are not UTF-8, and names that differ in their bytes only.
@Suite struct FileNameTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Moves a file or folder to a path in the temporary folder, given by its bytes. Foundation cannot create names that
    /// are not UTF-8.
    private func move(_ name: String, to bytes: [UInt8]) throws {
        let target = "\(folder.path)/" + String(fileBytes: bytes)
        let status = "\(folder.path)/\(name)".withFileName { source in target.withFileName { rename(source, $0) } }
        try #require(status == 0, "\(String(cString: strerror(errno)))")
    }

    @Test func a_text_of_any_bytes_gives_the_bytes_back() {
        var stream = RandomStream(seed: 1, purpose: .test)
        // The bytes of the reserved code points, of other UTF-8 text, and of neither.
        let likely: [UInt8] = [0xF4, 0x8F, 0xBA, 0xBB, 0x80, 0xBF, 0xC3, 0xA9, 0xE9, 0x2F, 0x61, 0xED, 0xA0]
        for _ in 0..<20_000 {
            let bytes = (0..<Int(stream.uniform(0, 8))).map { _ in likely[Int(stream.uniform(0, 12.99))] }
            let text = String(fileBytes: bytes)
            #expect(text.fileBytes == bytes)
            #expect(text.withFileName { String(cString: $0) } == String(decoding: bytes, as: UTF8.self))
        }
        #expect(String(fileBytes: Array("größer/🎵.wav".utf8)) == "größer/🎵.wav")
    }

    /// Two classes with one printed name crashed the probe.
    @Test(arguments: [["\u{10FEFF}", #"\xFF"#], ["a\nb", #"a\x0Ab"#], ["\u{10FEFF}", #"\xFF"#, #"\x5CxFF"#]])
    func classes_have_different_printed_names(names: [String]) {
        let classes = ClassNames(names)
        #expect(Set(classes.shown).count == names.count, "\(classes.shown)")
        #expect(classes.remarks.count == 1)
    }

    @Test func bytes_that_are_not_text_are_shown_in_hexadecimal() {
        let name = String(fileBytes: Array("caf".utf8) + [0xE9, 0x0A] + Array("é".utf8))
        #expect(name.shown == "caf\\xE9\\x0Aé")
        #expect(name.shownAsBytes == "caf\\xE9\\x0A\\xC3\\xA9")
        #expect("\(AudioError.missing(path: name))" == "there is no file caf\\xE9\\x0Aé")
        #expect("\(DataError.missing(path: name))".contains("caf\\xE9\\x0Aé;"))
    }

    @Test func paths_are_divided_at_bytes() {
        // A combining accent after a slash or a dot is one character with it.
        let path = "a/\u{301}b.c/\u{301}d.\u{301}x"
        #expect(path.pathComponents.map(ByteText.init) == ["a", "\u{301}b.c", "\u{301}d.\u{301}x"].map(ByteText.init))
        #expect(ByteText(path.fileStem) == ByteText("\u{301}d"))
        #expect("a.b/c".withoutFileExtension == "a.b/c" && "a.b/c.d.wav".withoutFileExtension == "a.b/c.d")
        #expect(".//a/./b//c".normalizedPath == "a/b/c" && "/./a".normalizedPath == "/a")
    }

    @Test func a_folder_of_any_bytes_is_a_class() throws {
        for name in ["a/1.wav", "b/1.wav", "c/1.wav"] { try folder.writeNoise(name) }
        try move("c", to: Array("caf".utf8) + [0xE9])
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["a", "b", "caf\\xE9"])
        #expect(set.clips.map(\.label) == [0, 1, 2] && set.warnings.isEmpty)
        let clip = try #require(set.clips.last)
        let name: [UInt8] = Array("/caf".utf8) + [0xE9] + Array("/1.wav".utf8)
        #expect(clip.path.fileBytes == Array(folder.path.utf8) + name)
        #expect(try AudioFile.read(clip.path, sampleRate: 16_000).count == 16_000)
        let store = ClipStore(dataset: set, sampleRate: 16_000, level: 0, cacheMemoryMiB: 1)
        #expect(store.samples(of: 2)?.count == 16_000 && store.dropped.isEmpty)
        // The folder itself can be the root.
        let root = "\(folder.path)/" + String(fileBytes: Array("caf".utf8) + [0xE9])
        #expect(try AudioDataset.open([root]).clips.count == 1)
    }

    @Test func a_broken_file_of_any_name_is_skipped_and_shown() throws {
        try folder.writeNoise("a.wav")
        try folder.write("no audio", to: "b.wav")
        try move("b.wav", to: [0xFF] + Array("b.wav".utf8))
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.count == 1 && set.warnings.count == 1)
        #expect(set.warnings[0].contains("\(folder.path)/\\xFFb.wav cannot be decoded"))
    }

    @Test func composed_and_decomposed_names_are_two_classes() throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        for (seed, name) in names.enumerated() { try folder.writeNoise("\(name)/\(name).wav", seed: seed) }
        try folder.writeNoise("tea/1.wav")
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["cafe\\xCC\\x81", "caf\\xC3\\xA9", "tea"])
        #expect(set.clips.map(\.label) == [0, 1, 2])
        #expect(Set(set.clips.map { ByteText($0.path) }).count == 3)
        #expect(set.warnings.count == 1)
        #expect(set.warnings[0].hasPrefix("2 classes are named “"))
        #expect(set.warnings[0].contains("(cafe\\xCC\\x81, caf\\xC3\\xA9); if they are one class"))
    }

    @Test func lists_and_tables_distinguish_composed_and_decomposed_names() throws {
        let names = ["\u{E9}", "e\u{301}"]
        for (seed, name) in names.enumerated() { try folder.writeNoise("yes/\(name)_nohash_0.wav", seed: seed) }
        try folder.write("yes/\u{E9}_nohash_0.wav\n", to: "testing_list.txt")
        try folder.write("", to: "validation_list.txt")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.map(\.split) == [.train, .test])
        let rows = "yes/\u{E9}_nohash_0.wav,x\nyes/e\u{301}_nohash_0.wav,y\n"
        let table = try folder.write("path,label\n" + rows, to: "t.csv")
        #expect(try AudioDataset.open([table]).clips.map(\.label) == [1, 0])
    }

    /// A list names files by their bytes.
    @Test func a_list_need_not_be_utf8() throws {
        for name in ["yes/a_nohash_0.wav", "yes/b_nohash_0.wav"] { try folder.writeNoise(name) }
        try move("yes/b_nohash_0.wav", to: Array("yes/".utf8) + [0xE9] + Array("_nohash_0.wav".utf8))
        let list = try folder.write("", to: "testing_list.txt")
        try folder.write("", to: "validation_list.txt")
        try Data(Array("yes/".utf8) + [0xE9] + Array("_nohash_0.wav\r\n".utf8)).write(to: URL(filePath: list))
        #expect(try AudioDataset.open([folder.path]).clips.map(\.split) == [.train, .test])
    }

    @Test func annotations_of_any_bytes_find_their_recordings() throws {
        try folder.writeNoise("train/audio/a.wav")
        try folder.write("0\t1\tbell\n", to: "train/annotation/a.txt")
        try move("train/audio/a.wav", to: Array("train/audio/".utf8) + [0xE9] + Array(".wav".utf8))
        try move("train/annotation/a.txt", to: Array("train/annotation/".utf8) + [0xE9] + Array(".txt".utf8))
        let layout = try EventsLayout.read(folder.path)
        #expect(layout.recordings.count == 1 && layout.recordings[0].events.count == 1)
        #expect(try AudioFile.info(layout.recordings[0].path).seconds == 1)
    }

    /// `os.fsencode` of Python turns the surrogate U+DC00 + b into the byte b.
    @Test func an_array_of_paths_has_surrogates_for_bytes_that_are_not_text() {
        let bytes = NumpyFile.bytes(strings: [String(fileBytes: [0x61, 0xE9])])
        #expect(Array(bytes.suffix(8)) == [0x61, 0, 0, 0, 0xE9, 0xDC, 0, 0])
    }
}
