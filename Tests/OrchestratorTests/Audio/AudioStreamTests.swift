import Foundation
import Orchestrator
import Testing

@testable import OssicleAudio

@Suite struct AudioStreamTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Reads the whole file in blocks whose sizes repeat the given list.
    private func blocks(_ path: String, _ sizes: [Int]) throws -> [Float] {
        var stream = try AudioStream(path, sampleRate: 16_000)
        var samples: [Float] = []
        var turn = 0
        while true {
            var block = [Float](repeating: .nan, count: sizes[turn % sizes.count])
            let count = try stream.read(into: &block)
            samples += block[..<count]
            #expect(stream.position == samples.count)
            #expect(block[count...].allSatisfy { $0.isNaN })
            if count < block.count { break }
            turn += 1
        }
        var block = [Float](repeating: 0, count: 10)
        #expect(try stream.read(into: &block) == 0)
        #expect(stream.shortfall == nil)
        return samples
    }

    @Test(arguments: ["a.wav", "a.flac", "a.ogg", "a.mp3"], [8_000, 16_000, 44_100])
    func blocks_of_any_size_have_the_bits_of_the_whole(name: String, rate: Int) throws {
        let path = folder.place(name)
        try AudioFile.write(path, samples: Waves.sweep(rate: rate, seconds: 3.1), sampleRate: rate)
        let whole = try AudioFile.read(path, sampleRate: 16_000)
        #expect(try AudioFile.info(path).frames(at: 16_000) == whole.count)
        #expect(try blocks(path, [1, 7, 4_801]) == whole)
        #expect(try blocks(path, [31_337]) == whole)
        #expect(try blocks(path, [1 << 20]) == whole)
    }

    /// Compares `AudioFile.read` with one resampler that gets the whole file in one call. Earlier versions without
    /// streams read files in this way.
    @Test(arguments: [8_000, 44_100, 48_000]) func the_whole_has_the_bits_of_one_resampler_fed_at_once(rate: Int) throws
    {
        let path = folder.place("a.wav")
        let sound = Waves.sweep(rate: rate, seconds: 3.1)
        try AudioFile.write(path, samples: sound, sampleRate: rate)
        let resampler = try Resampler(path: path, from: rate, to: 16_000, dropping: 0)
        var expected: [Float] = []
        try resampler.feed(sound, appendingTo: &expected)
        try resampler.finish(&expected, count: 49_600)
        #expect(try AudioFile.read(path, sampleRate: 16_000) == expected)
    }

    @Test func channels_are_averaged_and_frames_counted() throws {
        var frames: [Float] = []
        var means: [Float] = []
        for i in 0..<100_000 {
            let (left, right) = (Float(i % 7) * 0.1, Float(i % 5) * 0.1)
            frames += [left, right]
            means.append((left + right) * 0.5)
        }
        try Waves.write(Waves.bytes(frames, rate: 16_000, channels: 2), to: folder.place("two.wav"))
        #expect(try blocks(folder.place("two.wav"), [999]) == means)
    }
}

/// Tests of temporary and permanent read errors of disks and networks. Neither must be treated as the end of a
/// recording.
@Suite struct ReadErrorTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Reads the file with `pread` calls of which some fail. `fails` gets the number of the call, counted from 1, and
    /// returns an `errno`, or 0 for success.
    private func read(_ path: String, _ fails: @escaping (Int) -> Int32) throws -> [Float] {
        var number = 0
        let bytes = try SoundFileBytes(path) { file, target, count, offset in
            number += 1
            let reason = fails(number)
            guard reason == 0 else {
                errno = reason
                return -1
            }
            return pread(file, target, count, off_t(offset))
        }
        var stream = try AudioStream(SoundFileReader(bytes), sampleRate: 16_000, from: 0, count: nil)
        var samples: [Float] = []
        while try stream.readSome(appendingTo: &samples) {}
        return samples
    }

    @Test(arguments: ["a.wav", "a.flac", "a.ogg", "a.mp3"]) func a_passing_error_is_tried_again(name: String) throws {
        let path = try folder.writeNoise(name, seconds: 10, sampleRate: 44_100)
        let whole = try AudioFile.read(path)
        #expect(try read(path) { $0 % 3 == 0 ? EIO : 0 } == whole)
        #expect(try read(path) { $0 % 2 == 0 ? EINTR : 0 } == whole)
    }

    @Test(arguments: ["a.wav", "a.flac", "a.ogg", "a.mp3"])
    func a_lasting_error_is_not_taken_for_the_end(name: String) throws {
        let path = try folder.writeNoise(name, seconds: 60, sampleRate: 44_100)
        for first in [1, 12] {
            #expect {
                try read(path) { $0 >= first ? EIO : 0 }
            } throws: { error in
                guard case AudioError.unreadable(path, let reason) = error else { return false }
                return !reason.isEmpty
            }
        }
    }

    /// Opens a file with calls of `open` of which some fail. `fails` gets the number of the call, counted from 1, and
    /// returns an `errno`, or 0 for success.
    private func opening(_ path: String, _ fails: (Int) -> Int32) -> (error: AudioError?, calls: Int) {
        var number = 0
        return withoutActuallyEscaping(fails) { fails in
            do throws(AudioError) {
                _ = try SoundFileBytes(
                    path,
                    open: { path in
                        number += 1
                        let reason = fails(number)
                        guard reason == 0 else {
                            errno = reason
                            return -1
                        }
                        return open(path, O_RDONLY)
                    })
                return (nil, number)
            } catch {
                return (error, number)
            }
        }
    }

    @Test(arguments: [EIO, ESTALE, ETIMEDOUT, EINTR]) func an_open_that_fails_for_a_moment_is_tried_again(
        reason: Int32
    ) throws {
        let path = try folder.writeNoise("a.wav")
        let (error, calls) = opening(path) { $0 <= 3 ? reason : 0 }
        #expect(error == nil && calls == 4)
    }

    @Test func an_open_that_fails_for_good_is_not_tried_again() throws {
        let path = try folder.writeNoise("a.wav")
        let denied = opening(path) { _ in EACCES }
        #expect(denied.error == .unreadable(path: path, reason: String(cString: strerror(EACCES))) && denied.calls == 1)
        let gone = opening(path) { _ in ENOENT }
        #expect(gone.error == .missing(path: path) && gone.calls == 1)
    }

    @Test func too_many_open_files_name_the_limit_and_the_way_to_raise_it() throws {
        let path = try folder.writeNoise("a.wav")
        let error = try #require(opening(path) { _ in EMFILE }.error)
        guard case .tooManyOpenFiles(path, let limit) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(limit > 0 && error.description.contains("\(limit) files") && error.description.contains("ulimit -n"))
        #expect(error.isOfReading)
    }

    /// The handle of a file on a network drive can become stale. Its path still leads to the file.
    @Test func a_stale_file_is_opened_again() throws {
        let path = try folder.writeNoise("a.wav", seconds: 10)
        let whole = try AudioFile.read(path)
        var opened: [Int32] = []
        let bytes = try SoundFileBytes(
            path,
            read: { file, target, count, offset in
                guard file != opened[0] || offset < 100_000 else {
                    errno = ESTALE
                    return -1
                }
                return pread(file, target, count, off_t(offset))
            },
            open: { path in
                opened.append(open(path, O_RDONLY))
                return opened[opened.count - 1]
            })
        var stream = try AudioStream(SoundFileReader(bytes), sampleRate: 16_000, from: 0, count: nil)
        var samples: [Float] = []
        while try stream.readSome(appendingTo: &samples) {}
        #expect(samples == whole && opened.count == 2)
    }
}
