import Foundation
import Orchestrator
import Testing

@testable import OssicleAudio

/// Tests of files whose headers declare a wrong length: reading must return the samples that the file really contains.
@Suite struct ClaimedLengthTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, rate: Int = 16_000, seconds: Double = 3) throws -> String {
        let path = folder.place(name)
        try AudioFile.write(path, samples: Waves.sweep(rate: rate, seconds: seconds), sampleRate: rate)
        return path
    }

    private struct Reading: Equatable {
        var samples: [Float]
        var warning: String?
    }

    private func read(_ path: String) throws -> Reading {
        var warning: String?
        let samples = try AudioFile.read(path) { warning = $0 }
        return Reading(samples: samples, warning: warning)
    }

    @Test func a_flac_from_a_pipe_is_decoded_and_counted() throws {
        let path = try write("a.flac")
        let whole = try AudioFile.read(path)
        try ClaimingFiles.setFLACFrames(path, to: 0)
        #expect(
            try AudioFile.info(path) == AudioInfo(sampleRate: 16_000, channels: 1, frames: 48_000, length: .counted))
        #expect(try read(path) == Reading(samples: whole))
        #expect(try AudioFile.read(path, from: 40_000) == Array(whole[40_000...]))
        #expect(try AudioFile.read(path, from: 100, count: 50) == Array(whole[100..<150]))
        #expect(try AudioFile.read(path, sampleRate: 8_000).count == 24_000)
    }

    @Test(arguments: [0, 48_000, UInt64(1) << 36 - 1]) func a_flac_cut_off_is_read_up_to_the_cut(stated: UInt64) throws
    {
        let path = try write("a.flac")
        let whole = try AudioFile.read(path)
        try ClaimingFiles.setFLACFrames(path, to: stated)
        try ClaimingFiles.cut(path, to: ClaimingFiles.bytes(path).count / 2)
        let reading = try read(path)
        let (samples, warning) = (reading.samples, reading.warning)
        #expect(samples.count > 10_000 && samples == Array(whole.prefix(samples.count)))
        let sentence = try #require(warning)
        #expect(sentence.contains(path) && sentence.contains("\(samples.count)"))
        if stated > 0 { #expect(sentence.contains("promises \(stated) frames")) }
    }

    @Test func an_ogg_file_cut_off_is_read_up_to_the_cut() throws {
        let path = try write("a.ogg", seconds: 10)
        let whole = try AudioFile.read(path)
        let cut = folder.place("cut.ogg")
        try Waves.write(Array(ClaimingFiles.bytes(path).prefix(12_000)), to: cut)
        let info = try AudioFile.info(cut)
        #expect(info.length == .counted && info.frames > 8_000 && info.frames < 160_000)
        let samples = try AudioFile.read(cut)
        #expect(samples == Array(whole.prefix(info.frames)))
        #expect(try AudioFile.read(cut, sampleRate: 44_100).count == info.frames(at: 44_100))
    }

    @Test func a_wave_file_cut_off_is_read_up_to_the_cut() throws {
        let sound = Waves.tone(440, rate: 16_000, seconds: 1)
        let path = folder.place("cut.wav")
        for (bytes, frames) in [(44 + 40_000, 10_000), (44 + 40_001, 10_000), (44 + 63_999, 15_999)] {
            try Waves.write(Array(Waves.bytes(sound, rate: 16_000).prefix(bytes)), to: path)
            let reading = try read(path)
            let (samples, warning) = (reading.samples, reading.warning)
            #expect(samples == Array(sound.prefix(frames)))
            #expect(warning?.contains("promises 16000 frames and \(frames) could be read") == true)
        }
        try Waves.write(Array(Waves.bytes(sound, rate: 16_000).prefix(44)), to: path)
        #expect(throws: AudioError.noFrames(path: path)) { try AudioFile.read(path) }
    }

    @Test func big_endian_files_cut_off_are_read_up_to_the_cut() throws {
        let sound = (0..<4_000).map { Int16($0 % 100 * 100) }
        let path = folder.place("cut.au")
        for bytes in [
            ClaimingFiles.au(sound, declaring: 8_000), ClaimingFiles.aiff(sound, declaring: 8_000),
            ClaimingFiles.aiff(sound, declaring: 8_000, gap: 512),
        ] {
            try Waves.write(bytes, to: path)
            let reading = try read(path)
            let (samples, warning) = (reading.samples, reading.warning)
            #expect(samples == sound.map { Float($0) / 32_768 })
            #expect(warning?.contains("promises 8000 frames and 4000 could be read") == true)
        }
        for bytes in [
            ClaimingFiles.au(sound, declaring: 4_000), ClaimingFiles.aiff(sound, declaring: 4_000),
            ClaimingFiles.aiff(sound, declaring: 4_000, gap: 512),
        ] {
            try Waves.write(bytes, to: path)
            #expect(try read(path).warning == nil)
        }
    }

    @Test func a_wave_file_with_lengths_of_64_bits_is_read_up_to_the_cut() throws {
        let sound = (0..<4_000).map { Int16($0 % 100 * 100) }
        let path = folder.place("long.wav")
        for (size, warning) in [(UInt64(8_000), nil), (16_000, "promises 8000 frames and 4000")] {
            try Waves.write(ClaimingFiles.rf64(sound, declaring: size), to: path)
            let reading = try read(path)
            #expect(reading.samples == sound.map { Float($0) / 32_768 })
            #expect(warning.map { reading.warning?.contains($0) == true } ?? (reading.warning == nil))
        }
    }

    @Test(arguments: [0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func a_wave_file_from_a_pipe_is_whole(size: UInt32) throws {
        let sound = Waves.tone(440, rate: 16_000, seconds: 1)
        var bytes = Waves.bytes(sound, rate: 16_000)
        withUnsafeBytes(of: size.littleEndian) { bytes.replaceSubrange(40..<44, with: $0) }
        try Waves.write(bytes, to: folder.place("piped.wav"))
        #expect(try read(folder.place("piped.wav")) == Reading(samples: sound))
    }

    @Test(arguments: [999, 1, 768_001, Int(Int32.max)]) func a_rate_that_no_recording_has_is_refused(rate: Int) throws {
        var bytes = Waves.bytes(Waves.tone(440, rate: 16_000, seconds: 1), rate: 16_000)
        withUnsafeBytes(of: UInt32(rate).littleEndian) { bytes.replaceSubrange(24..<28, with: $0) }
        let path = folder.place("a.wav")
        try Waves.write(bytes, to: path)
        #expect(throws: AudioError.sampleRate(path: path, rate: rate)) { try AudioFile.read(path) }
        #expect("\(AudioError.sampleRate(path: path, rate: rate))".contains("\(path) cannot be used: its header says"))
    }

    @Test func numbers_that_libsndfile_refuses_are_a_sentence() throws {
        let path = folder.place("a.wav")
        let sound = Waves.bytes(Waves.tone(440, rate: 16_000, seconds: 1), rate: 16_000)
        for (place, value) in [(24, UInt32(0)), (24, 1 << 31), (22, 10_000)] {
            var bytes = sound
            withUnsafeBytes(of: value.littleEndian) {
                bytes.replaceSubrange(place..<place + (place == 22 ? 2 : 4), with: $0.prefix(place == 22 ? 2 : 4))
            }
            try Waves.write(bytes, to: path)
            #expect {
                try AudioFile.read(path)
            } throws: { error in
                guard case AudioError.notAudio(path, let reason) = error else { return false }
                return reason.contains("channels") && !reason.contains("SF_INFO")
            }
        }
    }

    @Test func frames_at_another_rate_are_rounded_and_never_overflow() {
        for (frames, from, to) in [(3, 2, 1), (1_323_000, 44_100, 16_000), (7, 11_025, 16_000), (5, 8_000, 44_100)] {
            #expect(
                AudioInfo(sampleRate: from, channels: 1, frames: frames).frames(at: to)
                    == (2 * frames * to + from) / (2 * from))
        }
        #expect(AudioInfo(sampleRate: 8_000, channels: 1, frames: .max).frames(at: 16_000) == .max)
        #expect(AudioInfo(sampleRate: 16_000, channels: 1, frames: .max).frames(at: 16_000) == .max)
    }
}

/// Tests of MP3 files without a Xing header, which do not declare their length.
@Suite struct EstimatedLengthTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Writes three seconds of sound, followed by `silence` seconds of zeros. Then the first frames have more bits than
    /// most frames, and a length that is estimated from them is wrong.
    private func write(_ name: String, silence: Double) throws -> (path: String, frames: Int) {
        let path = folder.place(name)
        let sound = Waves.sweep(rate: 44_100, seconds: 3)
        try AudioFile.write(
            path, samples: sound + [Float](repeating: 0, count: Int(silence * 44_100)), sampleRate: 44_100)
        return (path, try ClaimingFiles.removeXingHeader(path))
    }

    @Test(arguments: [0.0, 20]) func it_is_read_for_what_it_holds(silence: Double) throws {
        let (path, frames) = try write("a.mp3", silence: silence)
        var warning: String?
        let samples = try AudioFile.read(path, sampleRate: 44_100) { warning = $0 }
        #expect(samples.count == 1_152 * frames && warning == nil)
        let info = try AudioFile.info(path)
        #expect(info.length == .estimated)
        if silence > 0 { #expect(info.frames < samples.count / 2 || info.frames > samples.count * 2) }
        #expect(
            try AudioFile.read(path, sampleRate: 44_100, from: 100_000, count: 5) == Array(samples[100_000..<100_005]))
        #expect(Level.rms(Array(samples[44_100..<88_200])) > 0.1)
    }

    @Test func tags_before_and_behind_are_no_sound() throws {
        let (path, frames) = try write("a.mp3", silence: 5)
        let sound = try ClaimingFiles.bytes(path)
        let whole = try AudioFile.read(path)
        // An ID3v2 tag with a title of 300 letters before the sound, and an ID3v1 tag of 128 bytes after it.
        let before = Array("ID3".utf8) + [3, 0, 0, 0, 0, 2, 55] + Array("TIT2".utf8) + [0, 0, 1, 45, 0, 0, 0]
        let behind = Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)
        try Waves.write(before + [UInt8](repeating: 97, count: 300) + sound + behind, to: path)
        #expect(try AudioFile.read(path) == whole)
        #expect(whole.count == AudioInfo.frames(1_152 * frames, from: 44_100, to: 16_000))
    }

    @Test func it_may_end_in_the_middle_of_a_frame() throws {
        let (path, _) = try write("a.mp3", silence: 5)
        let whole = try AudioFile.read(path, sampleRate: 44_100)
        let frames = try ClaimingFiles.mp3Frames(path)
        let kept = frames.prefix(100).map(\.count).reduce(0, +)
        try ClaimingFiles.cut(path, to: kept + frames[100].count / 2)
        let samples = try AudioFile.read(path, sampleRate: 44_100)
        #expect(samples.count >= 1_152 * 100 && samples[..<(1_152 * 99)] == whole[..<(1_152 * 99)])
    }

    @Test func a_stated_length_that_is_cut_off_is_warned_about() throws {
        let path = folder.place("a.mp3")
        try AudioFile.write(path, samples: Waves.sweep(rate: 44_100, seconds: 5), sampleRate: 44_100)
        #expect(try AudioFile.info(path).length == .stated)
        try ClaimingFiles.cut(path, to: ClaimingFiles.bytes(path).count / 2)
        var warning: String?
        let samples = try AudioFile.read(path, sampleRate: 44_100) { warning = $0 }
        #expect(samples.count > 44_100 && samples.count < 5 * 44_100)
        #expect(warning?.contains("promises \(5 * 44_100) frames") == true)
    }
}
