import Foundation
import Orchestrator
import Testing

@testable import OssicleCorpora

@Suite struct WordCorpusTests {
    @Test func same_seed_renders_same_bytes() throws {
        try withFolder { folder in
            for name in ["a", "b"] {
                var corpus = WordCorpus()
                corpus.size = 100
                corpus.seed = 3
                corpus.classes = .digits
                _ = try corpus.render(to: folder.appending(path: name).path)
            }
            let a = try contents(of: folder.appending(path: "a"))
            let b = try contents(of: folder.appending(path: "b"))
            #expect(a == b)
            #expect(a.count == 100 + 2)
        }
    }

    @Test func words_lie_in_the_layout_of_speech_commands() throws {
        try withFolder { folder in
            var corpus = WordCorpus()
            corpus.size = 100
            corpus.classes = .commands
            let output = folder.appending(path: "words")
            let summary = try corpus.render(to: output.path)
            #expect(summary.clips == [.train: 70, .valid: 10, .test: 20])
            var listed: [[String]] = []
            for name in ["validation_list.txt", "testing_list.txt"] {
                let text = try String(contentsOf: output.appending(path: name), encoding: .utf8)
                listed.append(text.split(separator: "\n").map(String.init))
            }
            let speakers = listed.map { paths in Set(paths.map { $0.split(separator: "/")[1].prefix(8) }) }
            #expect(speakers[0].isDisjoint(with: speakers[1]))
            for word in WordClasses.commands.words {
                let files = try FileManager.default.contentsOfDirectory(atPath: output.appending(path: word).path)
                #expect(files.count == 10)
                for file in files {
                    #expect(file.wholeMatch(of: /[0-9a-f]{8}_nohash_0\.wav/) != nil)
                    let clip = try AudioFile.read(output.appending(path: "\(word)/\(file)").path, sampleRate: 16_000)
                    #expect(clip.count == 16_000)
                    // 0.005 is −46 dB. The lowest gain is −12 dB, and the speech of espeak-ng is louder than −20 dB.
                    #expect(clip.contains(where: { abs($0) > 0.005 }), "\(word)/\(file) is silent")
                }
            }
        }
    }

    @Test func phrases_of_four_words_hold_two_views() throws {
        try withFolder { folder in
            var corpus = WordCorpus()
            corpus.size = 100
            corpus.classes = .digits
            corpus.phraseWords = 4
            let output = folder.appending(path: "phrases")
            let summary = try corpus.render(to: output.path)
            #expect(summary.speakers.values.reduce(0, +) == 10)
            let speakers = try FileManager.default.contentsOfDirectory(atPath: output.path)
            let speaker = try #require(speakers.first)
            let files = try FileManager.default.contentsOfDirectory(atPath: output.appending(path: speaker).path)
            #expect(files.count == 10)
            for file in files {
                let info = try AudioFile.info(output.appending(path: "\(speaker)/\(file)").path)
                #expect(info.seconds >= 1.92)
            }
        }
    }

    @Test func no_accent_and_timbre_is_in_two_parts_and_no_name_is_given_twice() {
        let voices = Voice.draw(400, seed: 5)
        #expect(Set(voices.map(\.name)).count == voices.count)
        var parts: [String: Set<CorpusPart>] = [:]
        for voice in voices { parts["\(voice.accent)+\(voice.timbre)", default: []].insert(voice.part) }
        #expect(parts.values.allSatisfy { $0.count == 1 })
        #expect(Set(voices.prefix(10).map(\.part)) == Set(CorpusPart.allCases))
    }

    @Test func a_folder_in_use_is_refused_and_kept() throws {
        try withFolder { folder in
            let precious = folder.appending(path: "precious.txt")
            try Data("keep me".utf8).write(to: precious)
            #expect(throws: CorpusError.outputExists(folder.path)) { try WordCorpus().render(to: folder.path) }
            let kept = try Data(contentsOf: precious)
            #expect(kept == Data("keep me".utf8))
        }
    }

    @Test func a_size_below_ten_speakers_is_refused() {
        #expect(throws: CorpusError.self) {
            try WordCorpusPlan(size: 99, seed: 0, classes: .digits, phraseWords: 1)
        }
    }

    @Test func what_is_too_long_for_its_clip_loses_its_end() {
        #expect(WordCorpus.placed([1, 2, 3, 4], in: 3, position: 0.5) == [1, 2, 3])
        #expect(WordCorpus.placed([1, 2], in: 6, position: 0.5) == [0, 0, 1, 2, 0, 0])
        #expect(WordCorpus.placed([1, 2], in: 6, position: 0) == [1, 2, 0, 0, 0, 0])
    }
}
