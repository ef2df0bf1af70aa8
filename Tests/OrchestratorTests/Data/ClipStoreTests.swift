import Foundation
import Orchestrator
import Testing

@Suite struct ClipStoreTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    func store(_ memoryMiB: Int, level: Float = 0.0025) throws -> ClipStore {
        ClipStore(
            dataset: try AudioDataset.open([folder.path]), sampleRate: 16_000, level: level, cacheMemoryMiB: memoryMiB)
    }

    @Test func every_clip_comes_at_the_same_level() throws {
        try folder.writeNoise("a.wav")
        try folder.writeNoise("b.ogg", seconds: 2, sampleRate: 44_100)
        let store = try store(16)
        for clip in 0..<2 {
            let samples = try #require(store.samples(of: clip))
            // The relative rounding error of each product is at most eps/2, and also that of the gain.
            #expect(abs(Level.rms(samples) / 0.0025 - 1) < 4 * .ulpOfOne)
            #expect(samples.count == store.count(of: clip))
        }
        #expect(try self.store(16, level: 0).samples(of: 0) == AudioFile.read(store.dataset.clips[0].path))
    }

    @Test(arguments: ["a.wav", "a.flac", "a.ogg"], [16_000, 44_100])
    func a_part_has_the_same_bits_from_memory_and_from_the_file(name: String, rate: Int) throws {
        try folder.writeNoise(name, seconds: 2, sampleRate: rate)
        let (kept, read) = (try store(16), try store(0))
        #expect(kept.keptBytes > 0 && read.keptBytes == 0)
        let whole = try #require(kept.samples(of: 0))
        for from in [0, 1, 12_345, whole.count - 1000] {
            let expected = Array(whole[from..<from + 1000])
            #expect(kept.samples(of: 0, from: from, count: 1000) == expected)
            #expect(read.samples(of: 0, from: from, count: 1000) == expected)
        }
        #expect(read.samples(of: 0) == whole)
    }

    @Test func memory_is_given_in_order_until_it_is_used_up() throws {
        // One second of samples takes 64,000 bytes. 16 seconds fit into 1 MiB.
        for i in 0..<3 { try folder.writeNoise("\(i).wav", seconds: 7, seed: i) }
        #expect(try store(1).keptBytes == 2 * 7 * 64_000)
        let chosen = ClipStore(
            dataset: try AudioDataset.open([folder.path]), sampleRate: 16_000, level: 0, cacheMemoryMiB: 1, keeping: [2]
        )
        #expect(chosen.keptBytes == 7 * 64_000)
    }

    @Test func many_threads_read_the_same() throws {
        for i in 0..<8 { try folder.writeNoise("\(i).flac", seed: i) }
        let store = try store(16)
        let expected = (0..<8).map { clip in (try? AudioFile.read(store.dataset.clips[clip].path))?.count }
        DispatchQueue.concurrentPerform(iterations: 64) { i in
            #expect(store.samples(of: i % 8)?.count == expected[i % 8])
        }
    }

    @Test func a_clip_that_goes_away_is_lost_and_one_that_is_no_sound_is_not() throws {
        let path = try folder.writeNoise("a.wav")
        try folder.writeFloats([.nan, 1], to: "b.wav")
        let store = try store(0)
        #expect(store.samples(of: 1) == nil && store.lossReason == nil)
        #expect(store.samples(of: 0) != nil)
        try FileManager.default.removeItem(atPath: path)
        #expect(store.samples(of: 0) == nil)
        #expect(store.lossReason?.contains(path) == true && store.dropped.count == 2)
    }

    @Test func a_clip_that_is_missing_for_a_moment_is_found_again() throws {
        let path = try folder.writeNoise("a.wav")
        let store = try store(0)
        let whole = try #require(store.samples(of: 0))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        let mover = Thread {
            usleep(200_000)
            try? FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        }
        mover.start()
        #expect(store.samples(of: 0) == whole && store.lossReason == nil)
    }

    /// If another clip replaced it, a repeated run that can read the clip would get other views.
    @Test func a_loader_does_not_replace_a_lost_clip() throws {
        for i in 0..<4 { try folder.writeNoise("\(i).wav", seed: i) }
        var recipe = Recipe()
        recipe.training.batchSize = 2
        recipe.data.cacheMemoryMiB = 0
        let store = ClipStore(dataset: try AudioDataset.open([folder.path]), recipe: recipe)
        let loader = try ViewLoader(store: store, recipe: recipe, clips: [0, 1, 2, 3])
        defer { loader.stop() }
        _ = try loader.next()
        try FileManager.default.removeItem(atPath: folder.place("2.wav"))
        #expect {
            for _ in 0..<20 { _ = try loader.next() }
        } throws: { error in
            guard case DataError.lost(let reason) = error else { return false }
            return reason.contains("2.wav") && "\(error)".contains("restore the file")
        }
    }

    @Test func waiting_for_a_batch_can_be_cancelled() throws {
        for i in 0..<2 { try folder.writeNoise("\(i).wav", seed: i) }
        var recipe = Recipe()
        recipe.training.batchSize = 2
        recipe.data.prefetch = 1
        let store = ClipStore(dataset: try AudioDataset.open([folder.path]), recipe: recipe)
        let loader = try ViewLoader(store: store, recipe: recipe, clips: [0, 1])
        defer { loader.stop() }
        var calls = 0
        #expect(throws: DataError.stopped) {
            while true {
                _ = try loader.next {
                    calls += 1
                    return true
                }
            }
        }
        #expect(calls > 0)
    }
}

@Suite struct DataIdentityTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func identity(_ name: String) throws -> String { try AudioDataset.open([folder.place(name)]).identity }

    @Test func it_does_not_depend_on_the_place_of_the_folder() throws {
        for (index, name) in ["one/a/0.wav", "one/a/1.wav", "one/b/0.wav", "one/b/1.wav"].enumerated() {
            try folder.writeNoise(name, seed: index)
        }
        let before = try identity("one")
        #expect(before.hasPrefix("4 clips of 4 s ("))
        try FileManager.default.createDirectory(atPath: folder.place("else"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: folder.place("one"), toPath: folder.place("else/two"))
        #expect(try identity("else/two") == before)
    }

    @Test func it_notices_other_sizes_names_and_labels() throws {
        for name in ["a/0.wav", "a/1.wav", "b/0.wav", "b/1.wav"] { try folder.writeNoise("set/" + name) }
        var seen = Set([try identity("set")])
        // As long as before, but with 16 bits instead of 32.
        let samples = try AudioFile.read(folder.place("set/a/0.wav"))
        try AudioFile.write(folder.place("set/a/0.wav"), samples: samples, sampleRate: 16_000, format: .int16)
        #expect(try seen.insert(identity("set")).inserted)
        try FileManager.default.moveItem(atPath: folder.place("set/a/1.wav"), toPath: folder.place("set/a/2.wav"))
        #expect(try seen.insert(identity("set")).inserted)
        try FileManager.default.moveItem(atPath: folder.place("set/b"), toPath: folder.place("set/c"))
        #expect(try seen.insert(identity("set")).inserted)
    }
}
