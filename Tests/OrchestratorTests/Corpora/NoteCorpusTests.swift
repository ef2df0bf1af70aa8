import Foundation
import Orchestrator
import Testing

@testable import OssicleCorpora

@Suite struct NoteCorpusTests {
    @Test func same_seed_renders_same_bytes_in_the_layout_of_nsynth() throws {
        try withFolder { folder in
            var corpus = NoteCorpus()
            corpus.size = 110
            corpus.seed = 1
            let first = folder.appending(path: "first")
            let summary = try corpus.render(to: first.path)
            #expect(summary.notes == [.train: 77, .valid: 11, .test: 22])
            _ = try corpus.render(to: folder.appending(path: "second").path)
            let files = try contents(of: first)
            let again = try contents(of: folder.appending(path: "second"))
            #expect(files == again)
            // 110 notes, an examples.json for each part, and the table of instruments. No temporary file of the
            // rendering remains.
            #expect(files.count == 110 + 3 + 1)
            for part in CorpusPart.allCases { try check(part, of: first, files, count: summary.notes[part]) }
            let dataset = try AudioDataset.open([first.path])
            #expect(dataset.clips.count == 110)
            #expect(dataset.classes.count == 11)
        }
    }

    private func check(_ part: CorpusPart, of output: URL, _ files: [String: Data], count: Int?) throws {
        let data = try #require(files["\(part.rawValue)/examples.json"])
        let parsed = try JSONSerialization.jsonObject(with: data)
        let examples = try #require(parsed as? [String: [String: Any]])
        #expect(examples.count == count)
        for (name, example) in examples {
            #expect(example["note_str"] as? String == name)
            #expect(example["sample_rate"] as? Int == 16_000)
            let pitch = try #require(example["pitch"] as? Int)
            #expect((21...108).contains(pitch))
            let velocity = try #require(example["velocity"] as? Int)
            #expect([25, 50, 75, 100, 127].contains(velocity))
            let instrument = try #require(example["instrument_str"] as? String)
            let family = try #require(example["instrument_family_str"] as? String)
            #expect(name.hasPrefix(instrument + "-") && instrument.hasPrefix(family + "_"))
            #expect(example["qualities"] is [Any])

            let path = "\(part.rawValue)/audio/\(name).wav"
            #expect(files[path] != nil)
            let clip = try AudioFile.read(output.appending(path: path).path, sampleRate: 16_000)
            #expect(clip.count == 64_000)
            let first = try #require(clip.firstIndex(where: { abs($0) > 1e-4 }), "\(name) is silent")
            // The slowest attacks of the sound fonts take half a second. A clip that is cut at a wrong position would
            // begin with the gap between two notes.
            #expect(first < 8_000, "\(name) begins after \(first) samples")
            #expect(abs(clip[63_999]) < 1e-4)
        }
    }

    @Test(arguments: [0, 1, 17]) func no_instrument_is_in_two_parts_and_every_family_is_in_all(seed: UInt64) throws {
        let plan = try NoteCorpusPlan(size: 2000, seed: seed)
        let programs = CorpusPart.allCases.map { part in
            Set((plan.notes[part] ?? []).map(\.instrument.instrument.program))
        }
        #expect(programs[0].isDisjoint(with: programs[1]))
        #expect(programs[0].isDisjoint(with: programs[2]))
        #expect(programs[1].isDisjoint(with: programs[2]))
        for part in CorpusPart.allCases {
            let notes = plan.notes[part] ?? []
            #expect(Set(notes.map(\.instrument.instrument.family)) == Set(InstrumentFamily.allCases))
            #expect(Set(notes.map(\.name)).count == notes.count, "no note is played twice")
            for note in notes { #expect(note.instrument.instrument.pitches.contains(note.pitch)) }
        }
        #expect(CorpusPart.allCases.map { plan.notes[$0]?.count } == [1400, 200, 400])
    }

    @Test func sizes_that_leave_a_part_empty_or_exceed_the_instruments_are_refused() throws {
        let limits = try NoteCorpusPlan.sizeLimits(NoteCorpusPlan(size: 110, seed: 0).cast)
        for size in [limits.lowerBound - 1, limits.upperBound + 1] {
            #expect(throws: CorpusError.self) { try NoteCorpusPlan(size: size, seed: 0) }
        }
        let largest = try NoteCorpusPlan(size: limits.upperBound, seed: 0)
        #expect(largest.notes.values.map(\.count).reduce(0, +) == limits.upperBound)
    }

    @Test func a_missing_sound_font_is_named_and_leaves_nothing_behind() throws {
        try withFolder { folder in
            var corpus = NoteCorpus()
            corpus.soundFont = "/nowhere/piano.sf2"
            #expect(throws: CorpusError.soundFontMissing("/nowhere/piano.sf2")) {
                try corpus.render(to: folder.appending(path: "notes").path)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func a_file_that_is_no_sound_font_fails_and_leaves_nothing_behind() throws {
        try withFolder { folder in
            let font = folder.appending(path: "wrong.sf2")
            try Data("not a sound font".utf8).write(to: font)
            var corpus = NoteCorpus()
            corpus.soundFont = font.path
            #expect(throws: CorpusError.notSoundFont(font.path)) {
                try corpus.render(to: folder.appending(path: "notes").path)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left == ["wrong.sf2"])
        }
    }
}
