import Orchestrator
import Testing

@Suite struct LayoutTests {
    @Test func folders_name_the_classes() throws {
        let folder = try TemporaryFolder()
        for name in [
            "dog/a.wav", "dog/deep/b.wav", "cat/c.wav", "d.wav", ".hidden/e.wav", "cat/._c.wav", "cat/notes.txt",
        ] {
            try folder.writeNoise(name.hasSuffix(".txt") ? "cat/c.wav" : name, seconds: 0.1)
        }
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .folders)
        #expect(set.classes == ["cat", "dog"])
        #expect(names(set) == ["cat/c.wav", "d.wav", "dog/a.wav", "dog/deep/b.wav"])
        #expect(set.clips.map(\.label) == [0, nil, 1, 1])
        #expect(!set.isLabelled)
        #expect(set.clips.allSatisfy { $0.seconds == 0.1 && $0.split == nil })
    }

    @Test func folders_named_as_splits_stand_above_the_classes() throws {
        let folder = try TemporaryFolder()
        for name in ["train/dog/a.wav", "train/cat/b.wav", "test/dog/c.wav"] {
            try folder.writeNoise(name, seconds: 0.1)
        }
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["cat", "dog"])
        #expect(set.clips.map(\.split) == [.test, .train, .train])
        #expect(set.clips.map(\.label) == [1, 0, 1])
    }

    @Test func folders_without_audio_do_not_turn_splits_into_classes() throws {
        let folder = try TemporaryFolder()
        for name in ["train/dog/a.wav", "train/cat/b.wav", "test/dog/c.wav"] {
            try folder.writeNoise(name, seconds: 0.1)
        }
        try folder.write("About these sounds.", to: "docs/readme.txt")
        let set = try AudioDataset.open([folder.path])
        #expect(set.classes == ["cat", "dog"] && set.clips.map(\.split) == [.test, .train, .train])
        try folder.writeNoise("bird/d.wav", seconds: 0.1)
        let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
        let words = "cannot use \(folder.path): its folder test is named like a split, but its folder bird is not"
        #expect(error?.description.hasPrefix(words) == true)
    }

    @Test func a_plain_folder_is_unlabelled() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("audio/a.wav", seconds: 0.1)
        try folder.writeNoise("b.wav", seconds: 0.1)
        let set = try AudioDataset.open([folder.path + "/"])
        #expect(set.classes.isEmpty)
        #expect(set.clips.map(\.label) == [nil, nil])
        let single = try AudioDataset.open([folder.path + "/b.wav"])
        #expect(single.clips.count == 1)
    }

    @Test func esc50_takes_only_what_its_table_lists() throws {
        let folder = try TemporaryFolder()
        for name in ["1-1-A-0", "2-2-A-41", "2-3-A-0", "9-9-A-9"] {
            try folder.writeNoise("audio/\(name).wav", seconds: 0.1)
        }
        try folder.write(
            """
            filename,fold,target,category,esc10,src_file,take\r
            2-2-A-41.wav,2,41,chainsaw,True,2,A\r
            1-1-A-0.wav,1,0,dog,True,1,A\r
            2-3-A-0.wav,2,0,dog,True,3,A\r

            """, to: "meta/esc50.csv")
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .esc50)
        #expect(set.classes == ["dog", "chainsaw"])
        #expect(names(set) == ["audio/1-1-A-0.wav", "audio/2-2-A-41.wav", "audio/2-3-A-0.wav"])
        #expect(set.clips.map(\.label) == [0, 1, 0])
        #expect(set.clips.map(\.fold) == [1, 2, 2])
    }

    @Test func speech_commands_has_twelve_classes_and_speakers() throws {
        let folder = try TemporaryFolder()
        let files = [
            "_background_noise_/pink.wav", "_silence_/12.wav", "_unknown_/bed_aa_nohash_0.wav", "bed/bb_nohash_1.wav",
            "yes/aa_nohash_0.wav", "yes/cc_nohash_0.wav",
        ]
        for name in files { try folder.writeNoise(name, seconds: 0.1) }
        try folder.write("yes/cc_nohash_0.flac\n", to: "testing_list.txt")
        try folder.write("bed/bb_nohash_1.wav\n", to: "validation_list.txt")
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .speechCommands)
        #expect(set.classes.count == 12)
        #expect(names(set) == files)
        #expect(
            set.clips.map { set.classes[$0.label ?? 0] } == [
                "_silence_", "_silence_", "_unknown_", "_unknown_", "yes", "yes",
            ])
        #expect(set.clips.map(\.split) == [.train, .train, .train, .validation, .train, .test])
        #expect(set.clips.map(\.group) == [nil, nil, "aa", "bb", "aa", "cc"])
    }

    @Test func fsdd_tests_on_the_first_five_takes() throws {
        let folder = try TemporaryFolder()
        for name in ["0_ann_4.wav", "7_ann_5.wav", "7_bob_12.wav"] {
            try folder.writeNoise("recordings/\(name)", seconds: 0.1, sampleRate: 8000)
        }
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .fsdd)
        #expect(set.classes == (0...9).map(String.init))
        #expect(set.clips.map(\.label) == [0, 7, 7])
        #expect(set.clips.map(\.split) == [.test, .train, .train])
        #expect(set.clips.map(\.group) == ["ann", "ann", "bob"])
    }

    @Test func nsynth_has_families_pitches_and_instruments() throws {
        let folder = try TemporaryFolder()
        func note(_ pitch: Int, _ name: String, _ family: Int) -> String {
            """
            {"pitch": \(pitch), "instrument_str": "\(name)_000", "instrument_family": \(family),
             "instrument_family_str": "\(name)", "note": 1, "qualities": [0]}
            """
        }
        for name in ["nsynth-train/audio/b.wav", "nsynth-train/audio/a.wav", "nsynth-valid/audio/c.wav"] {
            try folder.writeNoise(name, seconds: 0.1)
        }
        try folder.write(
            "{\"a\": \(note(60, "organ", 6)), \"b\": \(note(61, "bass", 0))}", to: "nsynth-train/examples.json")
        try folder.write(
            "{\"c\": \(note(62, "bass", 0)), \"gone\": \(note(63, "bass", 0))}", to: "nsynth-valid/examples.json")
        let set = try AudioDataset.open([folder.path])
        #expect(set.layout == .nsynth)
        #expect(set.classes == ["bass", "organ"])
        #expect(set.clips.map(\.label) == [1, 0, 0])
        #expect(set.clips.map(\.pitch) == [60, 61, 62])
        #expect(set.clips.map(\.split) == [.train, .train, .validation])
        #expect(set.clips.map(\.group) == ["organ_000", "bass_000", "bass_000"])
        #expect(set.skipped.count == 1)
    }

    @Test func a_table_says_what_its_columns_say() throws {
        let folder = try TemporaryFolder()
        for name in ["a.wav", "sub/b, c.wav"] { try folder.writeNoise(name, seconds: 0.1) }
        let table = try folder.write(
            "label,Path,split,fold,group,pitch\n\"say \"\"hi\"\"\",\"sub/b, c.wav\",val,2,ann,69\nbye,a.wav,,,,\n",
            to: "labels.csv")
        for root in [folder.path, table] {
            let set = try AudioDataset.open([root])
            #expect(set.layout == .csv)
            #expect(set.classes == ["bye", "say \"hi\""])
            #expect(set.clips.map(\.label) == [0, 1])
            #expect(set.clips.map(\.split) == [nil, .validation])
            #expect(set.clips.map(\.fold) == [nil, 2])
            #expect(set.clips.map(\.group) == [nil, "ann"])
            #expect(set.clips.map(\.pitch) == [nil, 69])
        }
    }

    /// R quotes all names and adds a column of row names, and spreadsheets begin a file with a byte order mark.
    @Test(arguments: ["\"\",\"path\",\"label\"\n", "\u{FEFF}row,path,label\n", "\"the\nrow\",PATH,label\r\n"])
    func a_table_is_recognized_however_its_header_is_written(header: String) throws {
        let folder = try TemporaryFolder()
        for name in ["a.wav", "b.wav"] { try folder.writeNoise(name, seconds: 0.1) }
        try folder.write("speaker,age\nann,30\n", to: "labels.csv")
        try folder.write(header + "1,a.wav,x\n2,b.wav,y\n", to: "metadata.csv")
        for layout in [nil, Layout.csv] {
            let set = try AudioDataset.open([folder.path], layout: layout)
            #expect(set.layout == .csv && set.classes == ["x", "y"] && set.clips.map(\.label) == [0, 1])
        }
    }

    @Test func a_bad_table_names_its_file_and_line() throws {
        let folder = try TemporaryFolder()
        func message(_ text: String) throws -> String {
            let path = try folder.write(text, to: "t.csv")
            do {
                _ = try AudioDataset.open([path])
                return ""
            } catch {
                #expect("\(error)".contains(path))
                return "\(error)"
            }
        }
        #expect(try message("speaker,label\nann,x\n").contains("column “path”"))
        #expect(try message("path,fold\na.wav,two\n").contains("line 2"))
        #expect(try message("path,split\na.wav,later\n").contains("later"))
        #expect(try message("path,label\n\n,x\n").contains("line 3"))
        #expect(try message("path,label\na.wav,x\nb.wav,\"y\nc.wav,z\n").contains("line 3: the quoted field"))
    }

    @Test func roots_of_one_layout_share_classes_and_others_have_none() throws {
        let folder = try TemporaryFolder()
        for name in [
            "one/dog/a.wav", "one/cat/b.wav", "two/dog/c.wav", "two/ant/d.wav", "three/recordings/1_ann_0.wav",
        ] {
            try folder.writeNoise(name, seconds: 0.1)
        }
        let (one, two, three) = (folder.path + "/one", folder.path + "/two", folder.path + "/three")
        let shared = try AudioDataset.open([two, one])
        #expect(shared.classes == ["ant", "cat", "dog"])
        #expect(shared.clips.map(\.label) == [0, 2, 1, 2])
        let mixed = try AudioDataset.open([one, three])
        #expect(mixed.classes.isEmpty && mixed.clips.count == 3)
        #expect(try AudioDataset.open([one, one]).clips.count == 2)
    }

    private func names(_ set: AudioDataset) -> [String] {
        set.clips.map { String($0.path.dropFirst(set.roots[0].count + 1)) }
    }
}
