import Testing

@testable import Orchestrator

@Suite struct ViewLoaderTests {
    let folder: TemporaryFolder
    let set: AudioDataset

    /// 11 clips of several lengths and rates, some shorter than a view.
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
        _ recipe: Recipe, _ count: Int, start: (epoch: Int, batch: Int) = (0, 0), viewsPerClip: Int = 2
    ) throws -> [ViewBatch] {
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, clips: Array(set.clips.indices),
            viewsPerClip: viewsPerClip, start: start)
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
        let cutter = try ViewCutter(store: ClipStore(dataset: set, recipe: recipe()), recipe: recipe())
        let expected = (0..<2).flatMap { view in
            batch.clips.flatMap { cutter.cut(clip: $0, epoch: batch.epoch, view: view) ?? [] }
        }
        #expect(batch.views == expected)
        #expect(batch.labels == [-1, -1, -1, -1])
    }

    @Test func one_view_a_clip_is_the_anchor_alone() throws {
        let pair = try batches(recipe(), 1)[0]
        let single = try batches(recipe(), 1, viewsPerClip: 1)[0]
        #expect(single.clips == pair.clips)
        #expect(single.views == Array(pair.views[..<(pair.views.count / 2)]))
    }

    @Test func another_seed_makes_other_batches() throws {
        var other = recipe()
        other.training.seed = 8
        #expect(try batches(other, 1)[0].views != batches(recipe(), 1)[0].views)
    }

    @Test func a_stopped_loader_throws_instead_of_waiting() throws {
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe()), recipe: recipe(), clips: Array(set.clips.indices),
            viewsPerClip: 2)
        loader.stop()
        #expect(throws: DataError.stopped) { while true { _ = try loader.next() } }
        #expect(loader.waitedSeconds >= 0)
    }
}
