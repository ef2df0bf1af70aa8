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
}
