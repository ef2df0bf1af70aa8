import Orchestrator
import Testing

@Suite struct DivisionTests {
    /// Six speakers say ten digits five times each; one clip has no label.
    let digits: [Clip] =
        ["theo", "george", "lucas", "jackson", "yweweler", "nicolas"].flatMap { (speaker: String) -> [Clip] in
            (0..<50).map { (index: Int) -> Clip in
                Clip(
                    path: "\(index % 10)_\(speaker)_\(index / 10).wav", label: index % 10,
                    split: index < 10 ? .test : .train, group: speaker, seconds: 0.5)
            }
        } + [Clip(path: "noise.wav", seconds: 3)]

    @Test func held_out_groups_are_alphabetical_pairs() throws {
        let folds = try Division.heldOutGroups(2).makeFolds(of: digits)
        let speakers = folds.map { fold in Set(fold.test.compactMap { digits[$0].group }) }
        #expect(speakers == [["george", "jackson"], ["lucas", "nicolas"], ["theo", "yweweler"]])
    }

    @Test func no_speaker_is_on_both_sides_and_every_labelled_clip_is_tested_once() throws {
        let folds = try Division.heldOutGroups(2).makeFolds(of: digits)
        for fold in folds {
            let trained = Set(fold.train.compactMap { digits[$0].group })
            #expect(trained.isDisjoint(with: fold.test.compactMap { digits[$0].group }))
            #expect(fold.train.count + fold.test.count == 300)
        }
        #expect(folds.flatMap(\.test).sorted() == Array(0..<300))
    }

    @Test func official_folds_each_test_once() throws {
        let clips = (0..<20).map { (index: Int) in
            Clip(path: "\(index)", label: index % 2, fold: index % 5 + 1, seconds: 5)
        }
        let folds = try Division.folds.makeFolds(of: clips)
        #expect(folds.count == 5)
        #expect(folds[0].test == [0, 5, 10, 15])
        for fold in folds { #expect((fold.train + fold.test).sorted() == Array(0..<20)) }
        #expect(throws: EvaluationError.noFolds) { try Division.folds.makeFolds(of: Array(clips.prefix(1))) }
    }

    @Test func official_lists_are_kept() throws {
        let splits: [Clip.Split] = [.train, .test, .validation, .train]
        let clips = splits.map { Clip(path: "a", label: 0, split: $0, seconds: 1) }
        let expected = Fold(train: [0, 3], validation: [2], test: [1])
        #expect(try Division.lists.makeFolds(of: clips) == [expected])
        #expect(throws: EvaluationError.emptyPart(name: "test")) {
            try Division.lists.makeFolds(of: [clips[0], clips[2]])
        }
    }

    @Test func what_is_held_out_is_the_last_fold_and_a_random_division_has_none() throws {
        let folder = try TemporaryFolder()
        for name in ["0_theo_7", "1_george_7", "0_lucas_8", "1_yweweler_9"] {
            try folder.writeNoise("\(name).wav", seed: 1)
        }
        let digits = try AudioDataset.open([folder.path], layout: .fsdd)
        let last = try digits.division.makeFolds(of: digits.clips, lastOnly: true)
        #expect(last.count == 1 && Set(last[0].test.compactMap { digits.clips[$0].group }) == ["theo", "yweweler"])
        #expect(try digits.heldOut == Set(last[0].test))
        let subset = try LabelSubset(digits, share: 1, seed: 0, without: digits.heldOut)
        #expect(Set(subset.labels.indices.filter { subset.labels[$0] >= 0 }) == Set(last[0].train))
        #expect(try AudioDataset.open([folder.path], layout: .folders).heldOut == [])
    }

    @Test func random_division_is_stratified_and_seeded() throws {
        let clips = (0..<100).map { Clip(path: "\($0)", label: $0 < 80 ? 0 : 1, seconds: 1) }
        let fold = try Division.random(testFraction: 0.2).makeFolds(of: clips, seed: 5)[0]
        #expect(fold.test.filter { clips[$0].label == 0 }.count == 16)
        #expect(fold.test.filter { clips[$0].label == 1 }.count == 4)
        #expect((fold.train + fold.test).sorted() == Array(0..<100))
        #expect(try Division.random(testFraction: 0.2).makeFolds(of: clips, seed: 5)[0] == fold)
        #expect(try Division.random(testFraction: 0.2).makeFolds(of: clips, seed: 6)[0] != fold)
    }

    @Test func random_division_keeps_groups_whole() throws {
        let clips = (0..<200).map { (index: Int) in
            Clip(path: "\(index)", label: index % 4, group: "speaker \(index / 10)", seconds: 1)
        }
        let fold = try Division.random(testFraction: 0.2).makeFolds(of: clips)[0]
        let trained = Set(fold.train.compactMap { clips[$0].group })
        #expect(trained.isDisjoint(with: fold.test.compactMap { clips[$0].group }))
        // There are 20 groups of 10 clips. A fifth of them is four groups.
        #expect(fold.test.count == 40)
    }

    @Test func every_class_of_two_clips_is_on_both_sides() throws {
        let clips = (0..<20).map { Clip(path: "\($0)", label: $0 / 2, seconds: 1) }
        let fold = try Division.random(testFraction: 0.2).makeFolds(of: clips)[0]
        #expect(Set(fold.test.compactMap { clips[$0].label }).count == 10)
        #expect(Set(fold.train.compactMap { clips[$0].label }).count == 10)
    }

    @Test func standard_division_follows_what_the_clips_show() {
        #expect(Division.standard(for: digits) == .lists)
        #expect(Division.standard(for: digits, prefersGroups: true) == .heldOutGroups(2))
        let folded = [1, 2].map { Clip(path: "a", label: 0, fold: $0, seconds: 5) }
        #expect(Division.standard(for: folded) == .folds)
        #expect(Division.standard(for: [Clip(path: "a", label: 0, seconds: 1)]) == .random(testFraction: 0.2))
    }

    @Test func one_group_per_class_is_named_as_the_cause() throws {
        let clips = (0..<20).map { Clip(path: "\($0)", label: $0 % 2, group: "speaker \($0 % 2)", seconds: 1) }
        let error = #expect(throws: EvaluationError.groupsTooLarge(groups: 2)) {
            try Division.random(testFraction: 0.2).makeFolds(of: clips)
        }
        #expect(error?.description.hasPrefix("the 2 groups (speakers, instruments)") == true)
    }

    @Test func a_labelled_clip_without_a_fold_is_named() {
        var clips = (0..<6).map { Clip(path: "\($0)", label: $0 % 2, fold: $0 % 3 + 1, seconds: 1) }
        clips.append(Clip(path: "unlabelled", seconds: 1))
        #expect(throws: Never.self) { try Division.folds.makeFolds(of: clips) }
        clips.append(Clip(path: "lost", label: 0, seconds: 1))
        #expect(throws: EvaluationError.foldMissing(path: "lost")) { try Division.folds.makeFolds(of: clips) }
    }

    @Test func one_clip_cannot_be_divided() {
        #expect(throws: EvaluationError.tooFewClips(found: 1)) {
            try Division.random(testFraction: 0.2).makeFolds(of: [Clip(path: "a", label: 0, seconds: 1)])
        }
    }
}
