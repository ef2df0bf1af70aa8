import Foundation
import Orchestrator
import Testing

@Suite struct ViewLoaderTests {
    let folder: TemporaryFolder
    let set: AudioDataset

    /// Writes 11 clips of different lengths and sample rates. Some are shorter than a view.
    init() throws {
        folder = try TemporaryFolder()
        for i in 0..<11 {
            try folder.writeNoise(
                i % 3 == 0 ? "\(i).flac" : "\(i).wav", seconds: 0.5 + 0.3 * Double(i),
                sampleRate: i % 4 == 1 ? 22_050 : 16_000, seed: i)
        }
        set = try AudioDataset.open([folder.path])
    }

    func recipe(workers: Int = 1) -> Recipe {
        var recipe = Recipe()
        recipe.training.batchSize = 4
        recipe.training.seed = 7
        recipe.data.workers = workers
        recipe.augmentation.levelJitterDB = 6
        recipe.augmentation.timeMasks = 2
        recipe.augmentation.frequencyMasks = 1
        return recipe
    }

    func batches(
        _ recipe: Recipe, _ count: Int, start: (epoch: Int, batch: Int) = (0, 0)
    ) throws -> [ViewBatch] {
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, clips: Array(set.clips.indices),
            start: start)
        defer { loader.stop() }
        return try (0..<count).map { _ in
            let batch = try loader.next()
            loader.recycle(batch)
            return batch
        }
    }

    @Test func any_number_of_workers_makes_the_same_bits() throws {
        let one = try batches(recipe(), 6)
        #expect(try batches(recipe(workers: 2), 6) == one)
        #expect(try batches(recipe(workers: 3), 6) == one)
    }

    @Test func resuming_in_the_middle_goes_on_with_the_same_bits() throws {
        let all = try batches(recipe(), 6)
        #expect(try batches(recipe(), 3, start: (1, 1)) == Array(all[3...]))
    }

    @Test func memory_for_samples_does_not_change_a_bit() throws {
        var small = recipe()
        small.data.cacheMemoryMiB = 0
        #expect(try batches(small, 4) == batches(recipe(), 4))
    }

    @Test func an_epoch_visits_clips_once_in_a_new_order_and_drops_the_rest() throws {
        let all = try batches(recipe(), 4)
        #expect(all.map(\.epoch) == [0, 0, 1, 1])
        #expect(all.map(\.batch) == [0, 1, 0, 1])
        for epoch in 0..<2 {
            let clips = all.filter { $0.epoch == epoch }.flatMap(\.clips)
            #expect(Set(clips).count == 8)
        }
        #expect(all[0].clips != all[2].clips)
    }

    @Test func anchors_come_first_and_are_the_cutters_views() throws {
        let batch = try #require(try batches(recipe(), 3).last)
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe()), recipe: recipe(), backgrounds: Array(set.clips.indices))
        let expected = (0..<2).flatMap { view in
            batch.clips.flatMap { cutter.cut(clip: $0, epoch: batch.epoch, view: view) ?? [] }
        }
        #expect(batch.views == expected)
        #expect(batch.labels == [-1, -1, -1, -1])
    }

    @Test func one_view_a_clip_is_the_anchor_alone() throws {
        let pair = try batches(recipe(), 1)[0]
        var supervised = recipe()
        supervised.method = .supervised
        let single = try batches(supervised, 1)[0]
        #expect(single.clips == pair.clips)
        #expect(single.views == Array(pair.views[..<(pair.views.count / 2)]))
    }

    /// Returns a recipe with positives, backgrounds, trimming and band limits, which all change a view.
    func augmented() -> Recipe {
        var recipe = recipe()
        recipe.method = .multiStrategy
        recipe.encoder.output = .frames
        recipe.augmentation.positiveReachSeconds = 0.2
        recipe.augmentation.backgroundProbability = 0.7
        recipe.augmentation.trimProbability = 0.5
        recipe.augmentation.bandLimitProbability = 0.5
        return recipe
    }

    @Test func augmented_views_are_the_same_bits_for_any_number_of_workers() throws {
        let one = try batches(augmented(), 4)
        var three = augmented()
        three.data.workers = 3
        #expect(try batches(three, 4) == one)
        #expect(one.allSatisfy { $0.views.allSatisfy(\.isFinite) })
    }

    @Test func the_third_view_is_the_anchor_at_the_ratio_that_the_batch_names() throws {
        try folder.writeFloats((0..<48_000).map { 0.1 * sin(2 * .pi * 500 * Float($0) / 16_000) }, to: "tone.wav")
        let set = try AudioDataset.open([folder.path + "/tone.wav"])
        var recipe = augmented()
        recipe.augmentation = AugmentationSection()
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, backgrounds: [0])
        for epoch in 0..<8 {
            let ratio = try #require(cutter.anchorRatio(clip: 0, epoch: epoch))
            #expect((0.8..<1.2).contains(ratio))
            let shifted = try #require(cutter.waveform(clip: 0, epoch: epoch, view: 2))
            // The number of upward zero crossings measures the pitch with a resolution of 1 in 480.
            let crossings = (1..<shifted.count).count { shifted[$0 - 1] < 0 && shifted[$0] >= 0 }
            let expected = 500 * ratio * Float(shifted.count) / 16_000
            #expect(abs(Float(crossings) - expected) < 0.02 * expected, "ratio \(ratio)")
        }
        #expect(Set((0..<8).map { cutter.anchorRatio(clip: 0, epoch: $0) }).count == 8)
        let batch = try #require(try batches(augmented(), 1).first)
        let loaded = try ViewCutter(
            store: ClipStore(dataset: self.set, recipe: augmented()), recipe: augmented(),
            backgrounds: Array(self.set.clips.indices))
        #expect(batch.ratios == batch.clips.map { loaded.anchorRatio(clip: $0, epoch: 0) })
        #expect(batch.views.count == 3 * 4 * 96 * 64)
    }

    @Test func any_reach_is_a_reach() throws {
        var recipe = recipe()
        recipe.augmentation.positiveReachSeconds = 1e30
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, backgrounds: [0])
        #expect(cutter.cut(clip: 0, epoch: 0, view: 1) != nil)
    }

    @Test func positives_start_within_reach_of_their_anchors() throws {
        // The sound is a ramp, so that the value of a sample gives its position in the clip.
        try folder.writeFloats((0..<64_000).map { Float($0) / 64_000 }, to: "ramp.wav")
        let set = try AudioDataset.open([folder.path + "/ramp.wav"])
        var recipe = Recipe()
        recipe.data.level = 0
        recipe.augmentation.positiveNoise = 0
        recipe.augmentation.positiveReachSeconds = 0.25
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, backgrounds: [0])
        let distances = try (0..<200).map { epoch in
            let first = try #require(cutter.waveform(clip: 0, epoch: epoch, view: 0)?.first)
            let second = try #require(cutter.waveform(clip: 0, epoch: epoch, view: 1)?.first)
            return abs(first - second) * 64_000
        }
        #expect(distances.allSatisfy { $0 <= 4_001 } && distances.contains { $0 > 3_000 })
    }

    @Test func another_seed_makes_other_batches() throws {
        var other = recipe()
        other.training.seed = 8
        #expect(try batches(other, 1)[0].views != batches(recipe(), 1)[0].views)
    }

    @Test func a_stopped_loader_throws_instead_of_waiting() throws {
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe()), recipe: recipe(), clips: Array(set.clips.indices))
        loader.stop()
        #expect(throws: DataError.stopped) { while true { _ = try loader.next() } }
        #expect(loader.waitedSeconds >= 0)
    }
}
