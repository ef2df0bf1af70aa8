import Foundation
import Orchestrator
import Testing

@testable import OssicleData

@Suite struct BadInputTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func a_missing_folder_is_named() {
        let path = folder.path + "/none"
        #expect(throws: DataError.missing(path: path)) { try AudioDataset.open([path]) }
        #expect("\(DataError.missing(path: path))".contains(path))
    }

    @Test func a_folder_without_audio_is_named() throws {
        try folder.write("hello", to: "readme.txt")
        #expect(throws: DataError.noAudio(path: folder.path)) { try AudioDataset.open([folder.path]) }
    }

    @Test func an_unreadable_folder_is_named() throws {
        // A missing folder stands for an unreadable one, because an administrator can read every folder.
        let path = folder.path + "/none"
        let error = #expect(throws: DataError.self) { try AudioFolder.audio(below: path) }
        #expect(error?.description.hasPrefix("cannot read the folder \(path)") == true)
        #expect(throws: DataError.self) { try AudioFolder.folders(in: path) }
    }

    @Test func symbolic_links_list_no_file_twice() throws {
        try folder.writeNoise("data/b/1.wav", seconds: 0.1)
        try folder.writeNoise("outside/deep/2.wav", seconds: 0.1)
        // A link to a folder that comes later, a loop, and two links to a folder outside of the data.
        for (name, target) in [("a", "b"), ("b/loop", ".."), ("c", "../outside"), ("d", "../outside/deep")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/data/\(name)", withDestinationPath: target)
        }
        #expect(try AudioFolder.audio(below: folder.path + "/data") == ["b/1.wav", "c/deep/2.wav"])
    }

    @Test func a_file_with_two_labels_is_named() throws {
        let path = try folder.writeNoise("a.wav", seconds: 0.1)
        try folder.writeNoise("b.wav", seconds: 0.1)
        let table = try folder.write("path,label\na.wav,x\nb.wav,y\na.wav,x\n", to: "labels.csv")
        #expect(try AudioDataset.open([table]).clips.count == 2)
        try folder.write("path,label\na.wav,x\nb.wav,y\na.wav,y\n", to: "labels.csv")
        let error = #expect(throws: DataError.self) { try AudioDataset.open([table]) }
        #expect(error?.description.hasPrefix("cannot use \(path): it is listed with the labels “x” and “y”") == true)
    }

    @Test func broken_files_are_skipped_and_counted() throws {
        try folder.writeNoise("good.wav")
        try folder.write("", to: "empty.wav")
        try folder.write("this is text", to: "text.flac")
        try folder.writeFloats([], to: "frameless.wav")
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips.map(\.path.fileName) == ["good.wav"])
        #expect(set.skipped.map(\.path.fileName) == ["empty.wav", "frameless.wav", "text.flac"])
        #expect(set.skipped.allSatisfy { $0.reason.contains($0.path) })
        #expect(set.warnings.count == 1 && set.warnings[0].contains("skipped 3 of 4 files"))
    }

    @Test func it_is_an_error_if_nothing_is_left() throws {
        try folder.write("", to: "a.wav")
        try folder.write("text", to: "b.wav")
        #expect {
            try AudioDataset.open([folder.path])
        } throws: { error in
            guard case DataError.nothingLeft(2, let reason) = error else { return false }
            return reason.contains("a.wav") && "\(error)".contains("all 2 files")
        }
    }

    @Test func samples_that_are_not_numbers_drop_the_clip_and_the_next_takes_its_place() throws {
        for i in 0..<6 { try folder.writeNoise("\(i).wav", seconds: 1, seed: i) }
        var samples = [Float](repeating: 0.1, count: 16_000)
        samples[9000] = .nan
        let path = try folder.writeFloats(samples, to: "nan.wav")
        let set = try AudioDataset.open([folder.path])
        var recipe = Recipe()
        recipe.training.batchSize = 3
        let bad = set.clips.count - 1
        var seen: [[[Int]]] = []
        for workers in 1...2 {
            recipe.data.workers = workers
            let store = ClipStore(dataset: set, recipe: recipe)
            let loader = try ViewLoader(
                store: store, recipe: recipe, clips: Array(set.clips.indices))
            let batches = try (0..<6).map { _ in try loader.next() }
            seen.append(batches.map(\.clips))
            #expect(batches.allSatisfy { !$0.clips.contains(bad) && Set($0.clips).count == 3 })
            #expect(batches.allSatisfy { $0.views.allSatisfy(\.isFinite) })
            #expect(store.dropped.map(\.path) == [path])
            loader.stop()
        }
        #expect(seen[0] == seen[1])
    }

    /// Batches of 4 of 8 clips, of which 3 are dropped. Two dropped clips of a batch may have the same replacement if the
    /// third one is in the other batch.
    @Test func a_replacement_is_not_in_the_batch_already() throws {
        for i in 0..<5 { try folder.writeNoise("\(i).wav", seconds: 1, seed: i) }
        for i in 0..<3 { try folder.writeFloats([.nan, 1], to: "nan\(i).wav") }
        let set = try AudioDataset.open([folder.path])
        var recipe = Recipe()
        recipe.training.batchSize = 4
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, clips: Array(set.clips.indices))
        defer { loader.stop() }
        for _ in 0..<40 { #expect(Set(try loader.next().clips).count == 4) }
    }

    @Test func replacements_that_are_in_the_batch_come_last() {
        let order = EpochOrder(clips: Array(0..<7), batchSize: 2, seed: 0)
        let found = order.replacements(Array(0..<7), batch: 2, slot: 1, chosen: [0])
        #expect(found == [1, 2, 3, 6, 0, 4, 5])
    }

    @Test func a_set_whose_every_clip_is_dropped_is_an_error() throws {
        for i in 0..<2 { try folder.writeFloats([.nan, 1], to: "\(i).wav") }
        let set = try AudioDataset.open([folder.path])
        var recipe = Recipe()
        recipe.training.batchSize = 2
        let loader = try ViewLoader(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, clips: [0, 1])
        #expect {
            try loader.next()
        } throws: { error in
            guard case DataError.nothingLeft(2, _) = error else { return false }
            return true
        }
    }

    @Test func a_clip_shorter_than_a_view_stands_in_the_middle_of_zeros() throws {
        try folder.writeFloats([0.5, -0.5, 0.5], to: "short.wav")
        let set = try AudioDataset.open([folder.path])
        var recipe = Recipe()
        recipe.data.level = 0
        recipe.augmentation.positiveNoise = 0
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, backgrounds: [])
        let wave = try #require(cutter.waveform(clip: 0, epoch: 0, view: 0))
        #expect(wave.count == 15_600)
        #expect(wave.indices.filter { wave[$0] != 0 } == [7798, 7799, 7800])
        #expect(cutter.cut(clip: 0, epoch: 0, view: 0)?.count == 96 * 64)
        #expect(set.shareShorter(than: 1.92) == 1)
    }

    @Test func silence_stays_silent_and_finite() throws {
        try folder.writeFloats([Float](repeating: 0, count: 20_000), to: "silence.wav")
        let set = try AudioDataset.open([folder.path])
        let recipe = Recipe()
        let cutter = try ViewCutter(
            store: ClipStore(dataset: set, recipe: recipe), recipe: recipe, backgrounds: [])
        #expect(cutter.waveform(clip: 0, epoch: 0, view: 0)?.allSatisfy { $0 == 0 } == true)
        // Every value of the log-mel spectrum is the logarithm of the floor, up to the rounding of the kernel's
        // logarithm.
        let view = try #require(cutter.cut(clip: 0, epoch: 0, view: 0))
        #expect(view.allSatisfy { $0 == view[0] && abs($0 - Float(-11.512925)) < 1e-5 })
        #expect(cutter.cut(clip: 0, epoch: 0, view: 1)?.allSatisfy(\.isFinite) == true)
    }

    @Test func eight_channels_at_192_kHz_become_one_at_16() throws {
        let frames = 192_000
        var samples = [Float](repeating: 0, count: frames * 8)
        // A tone of 1 kHz in one of eight channels. Averaging the channels divides its amplitude by eight.
        for i in 0..<frames { samples[8 * i + 3] = 0.8 * Float(sin(2 * Double.pi * 1000 * Double(i) / 192_000)) }
        try folder.writeFloats(samples, to: "wide.wav", sampleRate: 192_000, channels: 8)
        let set = try AudioDataset.open([folder.path])
        #expect(set.clips[0].seconds == 1)
        let store = ClipStore(dataset: set, sampleRate: 16_000, level: 0, cacheMemoryMiB: 16)
        let wave = try #require(store.samples(of: 0))
        #expect(wave.count == 16_000)
        // The mean square of a sine is half the square of its amplitude. The tolerance of 1 % is for the ends of the
        // resampled signal.
        #expect(abs(Level.rms(wave) - 0.1 / Float(2).squareRoot()) < 0.001)
    }

    @Test func a_batch_larger_than_the_set_names_both_numbers_and_the_key() throws {
        try folder.writeNoise("a.wav")
        let set = try AudioDataset.open([folder.path])
        let store = ClipStore(dataset: set, recipe: Recipe())
        #expect(throws: DataError.batchTooLarge(batch: 1024, clips: 1)) {
            try ViewLoader(store: store, recipe: Recipe(), clips: [0])
        }
        let message = "\(DataError.batchTooLarge(batch: 1024, clips: 1))"
        for part in ["1024", "from 1;", "training.batch_size", "--batch-size"] { #expect(message.contains(part)) }
    }

    @Test func a_front_end_that_cannot_be_built_is_an_error() throws {
        try folder.writeNoise("a.wav")
        let store = ClipStore(dataset: try AudioDataset.open([folder.path]), recipe: Recipe())
        var recipe = Recipe()
        recipe.frontend.fftSize = 512
        recipe.frontend.melBands = 512
        #expect(throws: DataError.self) { try ViewCutter(store: store, recipe: recipe, backgrounds: []) }
    }
}
