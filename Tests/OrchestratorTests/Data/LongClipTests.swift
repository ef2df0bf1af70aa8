import Foundation
import Orchestrator
import Testing

@testable import OssicleAudio
@testable import OssicleData

@Suite struct LongClipTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func store(_ memoryMiB: Int, level: Float = 0.0025) throws -> ClipStore {
        ClipStore(
            dataset: try AudioDataset.open([folder.path]), sampleRate: 16_000, level: level, cacheMemoryMiB: memoryMiB)
    }

    private func streamed(_ store: ClipStore, block size: Int) throws -> [Float] {
        guard var stream = store.stream(of: 0) else { return [] }
        var samples: [Float] = []
        var block = [Float](repeating: .nan, count: size)
        while case let count? = stream.read(into: &block), count > 0 { samples += block[..<count] }
        #expect(samples.count == stream.count && stream.position == stream.count)
        return samples
    }

    @Test(arguments: [("a.wav", 16_000), ("a.flac", 44_100), ("a.ogg", 16_000), ("a.mp3", 44_100)], [2.0, 61])
    func a_stream_has_the_bits_of_the_whole(file: (name: String, rate: Int), seconds: Double) throws {
        try folder.writeNoise(file.name, seconds: seconds, sampleRate: file.rate)
        let whole = try #require(try store(16).samples(of: 0))
        #expect(try streamed(store(16), block: 5_001) == whole)  // from memory
        let unkept = try store(0)
        #expect(try streamed(unkept, block: 5_001) == whole)
        #expect(try streamed(unkept, block: 1 << 21) == whole)
        #expect(unkept.count(of: 0) == whole.count && unkept.samples(of: 0) == whole)
    }

    @Test func a_clip_longer_than_its_estimate_is_neither_cut_nor_kept() throws {
        let path = try folder.file("a.mp3")
        let sound = Waves.sweep(rate: 44_100, seconds: 3) + [Float](repeating: 0, count: 90 * 44_100)
        try AudioFile.write(path, samples: sound, sampleRate: 44_100)
        let frames = try ClaimingFiles.removeXingHeader(path)
        // 49 seconds fit into 3 MiB. The length that is estimated from the header is shorter.
        let store = try store(3)
        #expect(store.dataset.clips[0].seconds < 49 && store.keptBytes > 0)
        #expect(store.count(of: 0) == AudioInfo.frames(1_152 * frames, from: 44_100, to: 16_000))
        let whole = try #require(store.samples(of: 0))
        #expect(whole.count == store.count(of: 0))
        let part = try #require(store.samples(of: 0, from: 20_000, count: 1_000))
        // Resampling from the middle of a file changes the last of the resampler's 20 bits. The peak is 0.4 · gain.
        let gain = Level.gain(rms: Level.rms(try AudioFile.read(path)))
        #expect(zip(part, whole[20_000...]).allSatisfy { abs($0 - $1) < 1e-6 * gain })
        #expect(store.report == DecodingReport(clips: 1))
    }

    /// A resumed run compares the list of clips whose bits depend on the cache. It refuses a cache size that changes
    /// the list.
    @Test(arguments: [("a.wav", 16_000, 61.0, [Int]()), ("a.wav", 44_100, 61, [0]), ("a.wav", 44_100, 59, [])])
    func clips_that_the_cache_changes_are_long_and_resampled(
        name: String, rate: Int, seconds: Double, expected: [Int]
    ) throws {
        try folder.writeNoise(name, seconds: seconds, sampleRate: rate)
        let set = try AudioDataset.open([folder.path])
        var recipe = Recipe()
        recipe.data.cacheMemoryMiB = 0
        #expect(ClipStore.approximated(in: set, recipe: recipe) == expected)
        recipe.data.cacheMemoryMiB = 16
        #expect(ClipStore.approximated(in: set, recipe: recipe) == [])
    }

    @Test func no_more_than_a_minute_of_a_clip_is_held_that_is_not_kept() throws {
        let path = try folder.writeNoise("a.wav", seconds: 61)
        let set = try AudioDataset.open([folder.path])
        for (memoryMiB, held) in [(16, 61 * 16_000 + 1), (0, 60 * 16_000)] {
            let plan = ClipCachePlan(set, sampleRate: 16_000, cacheMemoryMiB: memoryMiB, keeping: nil)
            #expect(plan.collected(0) == held)
            let measured = try ClipDecoder(sampleRate: 16_000, level: 0.0025)
                .measure(path, collecting: plan.collected(0))
            #expect(measured.count == 61 * 16_000 && (measured.samples != nil) == (memoryMiB > 0))
        }
    }

    @Test func a_stream_whose_file_goes_away_drops_the_clip() throws {
        let path = try folder.writeNoise("a.wav", seconds: 70)
        let store = try store(0)
        guard var stream = store.stream(of: 0) else { return }
        var block = [Float](repeating: 0, count: 1_000)
        #expect(stream.read(into: &block) == 1_000)
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 1_000_000)
        while case let count? = stream.read(into: &block), count > 0 {}
        #expect(stream.position < stream.count)
        #expect(store.dropped.map(\.path) == [path] && store.dropped[0].reason.contains(path))
        if case .some = store.stream(of: 0) { Issue.record("a dropped clip was opened") }
    }
}

@Suite struct DecodingReportTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func clips_lost_and_cut_off_in_decoding_are_counted_with_an_example() throws {
        try folder.writeNoise("a.wav")
        let samples = [Float](repeating: 0.1, count: 16_000)
        try folder.writeFloats(samples, to: "cut.wav", declaring: 20_000)
        for name in ["nan1.wav", "nan2.wav"] { try folder.writeFloats(samples + [.nan], to: name) }
        let flac = try folder.writeNoise("short.flac", seconds: 3)
        try ClaimingFiles.cut(flac, to: ClaimingFiles.bytes(flac).count / 2)
        let set = try AudioDataset.open([folder.path])
        #expect(set.skipped.isEmpty && set.clips.count == 5)
        let store = ClipStore(dataset: set, sampleRate: 16_000, level: 0, cacheMemoryMiB: 16)
        #expect(store.report.warnings.isEmpty)
        #expect(set.clips.indices.map { store.samples(of: $0) == nil } == [false, false, true, true, false])
        let report = store.report
        #expect(report.dropped.map(\.path.fileName) == ["nan1.wav", "nan2.wav"])
        #expect(report.cutOff.map(\.path.fileName) == ["cut.wav", "short.flac"])
        #expect(report.warnings.count == 2)
        #expect(report.warnings[0].hasPrefix("2 of 5 clips could not be decoded and were left out: "))
        #expect(report.warnings[0].contains("nan1.wav has a sample that is not a finite number at frame 16000"))
        #expect(report.warnings[1].contains("cut.wav is cut off or damaged: its header promises 20000 frames"))
    }

    @Test func only_files_of_unknown_length_are_decoded_when_a_set_is_opened() throws {
        let piped = try folder.writeNoise("piped.flac", seconds: 2)
        try ClaimingFiles.setFLACFrames(piped, to: 0)
        // Decoding refuses a value that is not finite. Opening does not see it, because it does not decode this file.
        try folder.writeFloats([Float](repeating: .nan, count: 16_000), to: "nan.wav")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.map(\.seconds) == [1, 2])
        #expect(set.headers.map(\.length) == [.stated, .counted])
        let store = ClipStore(dataset: set, recipe: Recipe())
        #expect(store.samples(of: 1, from: 30_000, count: 2_000)?.count == 2_000)
    }
}
