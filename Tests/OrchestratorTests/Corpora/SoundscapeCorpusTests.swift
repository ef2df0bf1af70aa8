import Foundation
import Orchestrator
import Testing

@testable import OssicleCorpora

@Suite struct SoundscapeCorpusTests {
    let folder: TemporaryFolder

    /// Writes three classes of event files and four background files of noise. An event file is a tone of 0.3 s between
    /// two parts of 0.2 s that are almost silent.
    init() throws {
        folder = try TemporaryFolder()
        for (label, hertz) in [("high", Float(3000)), ("low", 400), ("middle", 1000)] {
            for file in 0..<6 {
                let tone = (0..<4_800).map { 0.3 * sin(2 * .pi * (hertz + Float(file)) * Float($0) / 16_000) }
                let quiet = (0..<3_200).map { 1e-4 * sin(Float($0)) }
                try folder.writeFloats(quiet + tone + quiet, to: "events/\(label)/\(file).wav")
            }
        }
        for file in 0..<4 { try folder.writeNoise("backgrounds/\(file).wav", seconds: 1.5, seed: file) }
    }

    private func corpus(seed: UInt64 = 0) -> SoundscapeCorpus {
        var corpus = SoundscapeCorpus()
        (corpus.size, corpus.seed, corpus.seconds, corpus.count) = (10, seed, 4, 2...5)
        return corpus
    }

    private func events() throws -> AudioDataset { try AudioDataset.open([folder.path + "/events"]) }
    private func backgrounds() throws -> AudioDataset { try AudioDataset.open([folder.path + "/backgrounds"]) }

    @discardableResult
    private func render(_ corpus: SoundscapeCorpus, to name: String) throws -> SoundscapeCorpus.Summary {
        try corpus.render(events: events(), backgrounds: backgrounds(), to: folder.path + "/" + name)
    }

    @Test func mixtures_and_annotations_lie_as_in_dcase() throws {
        let summary = try render(corpus(), to: "mixed")
        #expect(summary.clips == [.train: 7, .valid: 1, .test: 2])
        let layout = try EventsLayout.read(folder.path + "/mixed")
        #expect(layout.recordings.count == 10 && layout.labels == ["high", "low", "middle"])
        #expect(layout.recordings.count { $0.split == .train } == 7)
        for (part, split) in [(CorpusPart.train, Clip.Split.train), (.valid, .validation), (.test, .test)] {
            let events = layout.recordings.filter { $0.split == split }.map(\.events.count).reduce(0, +)
            #expect(events > 0 && summary.events[part] == events)
        }
        for recording in layout.recordings {
            #expect(try AudioFile.info(recording.path).seconds == 4)
            #expect(recording.events.allSatisfy { $0.offset <= 4 })
        }
    }

    /// Checks that the loud part of a mixture begins and ends at the annotated times. The events are 40 dB louder than
    /// the background.
    @Test func an_onset_is_where_the_sound_starts() throws {
        var loud = corpus()
        loud.ratioDB = 40...40
        loud.overlap = 0
        try render(loud, to: "loud")
        for recording in try EventsLayout.read(folder.path + "/loud").recordings {
            let samples = try AudioFile.read(recording.path)
            let threshold = 0.1 * (samples.map { abs($0) }.max() ?? 0)
            for event in recording.events {
                let range = Int(event.onset * 16_000 + 0.5)..<Int(event.offset * 16_000 + 0.5)
                let first = range.first { abs(samples[$0]) > threshold } ?? 0
                let last = range.last { abs(samples[$0]) > threshold } ?? 0
                // The event can include at most one block of 10 ms before the tone and one block after it.
                #expect(first - range.lowerBound < 200 && range.upperBound - last < 200)
                let before = samples[max(0, range.lowerBound - 160)..<range.lowerBound]
                #expect(before.allSatisfy { abs($0) < threshold })
                #expect(abs(event.seconds - 0.3) < 0.021)
            }
        }
    }

    @Test func events_without_overlap_stay_apart_and_classes_never_meet_themselves() throws {
        for overlap: Float in [0, 1] {
            var dense = corpus()
            (dense.count, dense.overlap) = (8...8, overlap)
            try render(dense, to: "dense\(overlap)")
            var meetings = 0
            for recording in try EventsLayout.read(folder.path + "/dense\(overlap)").recordings {
                for (index, event) in recording.events.enumerated() {
                    for other in recording.events[..<index] where other.offset > event.onset {
                        meetings += 1
                        #expect(other.label != event.label)
                    }
                }
            }
            #expect((meetings > 0) == (overlap > 0))
        }
    }

    @Test func no_file_is_a_source_in_two_parts() throws {
        let (events, backgrounds) = (try events(), try backgrounds())
        let plan = try SoundscapePlan(
            events: events.clips, classes: events.classes, backgrounds: backgrounds.clips, size: 200, seed: 3,
            count: 2...6, overlap: 0.5, ratioDB: 0...10)
        func sources(_ part: CorpusPart) -> (events: Set<Int>, backgrounds: Set<Int>) {
            let own = plan.soundscapes.filter { $0.part == part }
            return (Set(own.flatMap { $0.events.map(\.clip) }), Set(own.map(\.background)))
        }
        let (train, valid, test) = (sources(.train), sources(.valid), sources(.test))
        #expect(train.events.isDisjoint(with: valid.events.union(test.events)))
        #expect(valid.events.isDisjoint(with: test.events))
        #expect(train.backgrounds.isDisjoint(with: valid.backgrounds.union(test.backgrounds)))
        #expect(valid.backgrounds.isDisjoint(with: test.backgrounds))
        #expect(train.events.count == 12 && valid.events.count == 3 && test.events.count == 3)
    }

    @Test func the_same_seed_gives_the_same_bytes() throws {
        for (name, seed) in [("a", UInt64(1)), ("b", 1), ("c", 2)] { try render(corpus(seed: seed), to: name) }
        func bytes(_ name: String) throws -> [Data] {
            try ["train/audio/00000.wav", "test/annotation/00001.txt"].map {
                try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)/\($0)"))
            }
        }
        #expect(try bytes("a") == bytes("b"))
        #expect(try bytes("a")[0] != bytes("c")[0])
    }

    @Test func sources_that_cannot_serve_are_named() throws {
        let plain = try backgrounds()
        #expect(throws: CorpusError.unlabelledEvents(path: folder.path + "/backgrounds")) {
            try corpus().render(events: plain, backgrounds: plain, to: folder.path + "/x")
        }
        try folder.writeNoise("two/0.wav")
        try folder.writeNoise("two/1.wav")
        let two = try AudioDataset.open([folder.path + "/two"])
        #expect(throws: CorpusError.tooFewSources(what: "backgrounds", found: 2, needed: 3)) {
            try corpus().render(events: events(), backgrounds: two, to: folder.path + "/x")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/x"))
    }
}
