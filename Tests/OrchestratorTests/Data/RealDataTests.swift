import Orchestrator
import Testing

/// Tests of the data set layouts on real recordings. They are skipped if the recordings are missing.
@Suite struct RealDataTests {
    @Test func esc10_has_ten_classes_and_five_folds() throws {
        guard let root = RealData.path("esc10") else { return }
        let set = try AudioDataset.open([root])
        #expect(set.layout == .esc50)
        #expect(set.clips.count == 400 && set.classes.count == 10 && set.isLabelled)
        #expect(Set(set.clips.compactMap(\.fold)) == Set(1...5))
        #expect(set.classes.first == "dog")
    }

    @Test func speech_commands_speakers_are_on_one_side() throws {
        guard let root = RealData.path("speech_commands") else { return }
        let set = try AudioDataset.open([root])
        #expect(set.layout == .speechCommands)
        #expect(set.clips.count == 4890 && set.classes.count == 12 && set.isLabelled)
        for (_, clips) in Dictionary(grouping: set.clips.filter { $0.group != nil }, by: \.group) {
            #expect(Set(clips.map(\.split)).count == 1)
        }
    }

    @Test func fsdd_has_six_speakers() throws {
        guard let root = RealData.path("fsdd") else { return }
        let set = try AudioDataset.open([root])
        #expect(set.layout == .fsdd)
        #expect(set.clips.count == 3000 && set.classes.count == 10 && set.isLabelled)
        #expect(Set(set.clips.compactMap(\.group)).count == 6)
        #expect(set.clips.count { $0.split == .test } == 300)
    }

    @Test func spoken_requests_are_unlabelled_and_long() throws {
        guard let root = RealData.path("spoken_requests") else { return }
        let set = try AudioDataset.open([root])
        #expect(set.clips.count == 619 && set.classes.isEmpty)
        #expect(set.shareShorter(than: 1.92) < 0.05)
    }

    @Test func several_corpora_together_are_unlabelled() throws {
        guard let esc = RealData.path("esc10"), let requests = RealData.path("spoken_requests") else { return }
        let set = try AudioDataset.open([esc, requests])
        #expect(set.clips.count == 1019 && set.classes.isEmpty)
    }
}
