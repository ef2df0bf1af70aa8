import Foundation
import Orchestrator
import Testing

@Suite struct AudioFileTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func worst(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test func lossless_formats_return_what_was_written() throws {
        let samples = Waves.sweep(rate: 16_000, seconds: 1.5)
        let cases: [(String, AudioFile.SampleFormat, Float)] = [
            ("a.wav", .float, 0), ("b.wav", .int16, 0x1p-16), ("c.flac", .int16, 0x1p-16), ("d.FLAC", .float, 0x1p-24),
        ]
        for (name, format, step) in cases {
            try AudioFile.write(folder.place(name), samples: samples, sampleRate: 16_000, format: format)
            let info = try AudioFile.info(folder.place(name))
            #expect(info == AudioInfo(sampleRate: 16_000, channels: 1, frames: 24_000) && info.seconds == 1.5)
            // Rounding to an integer changes a sample by half a step. In addition, libsndfile multiplies by 2^15 − 1
            // when it writes.
            #expect(worst(try AudioFile.read(folder.place(name)), samples) <= 2 * step, "\(name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == cases.count)
    }

    @Test(arguments: ["a.ogg", "a.mp3"]) func lossy_formats_keep_a_tones_frequency_and_level(name: String) throws {
        let tone = Waves.tone(1_000, rate: 16_000, seconds: 2)
        try AudioFile.write(folder.place(name), samples: tone, sampleRate: 16_000)
        let read = try AudioFile.read(folder.place(name))
        #expect(abs(read.count - tone.count) <= 2_304)  // an encoder may pad by two mp3 frames
        let middle = Array(read[8_000..<24_000])
        #expect(abs(Spectrum.peakHertz(middle, rate: 16_000) - 1_000) < 1)
        #expect(abs(Level.rms(middle) / Level.rms(tone) - 1) < 0.05)
    }

    @Test(arguments: [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
    func resampling_keeps_a_tones_frequency_and_level(rate: Int) throws {
        let tone = Waves.tone(1_000, rate: rate, seconds: 2)
        try AudioFile.write(folder.place("tone.wav"), samples: tone, sampleRate: rate)
        let read = try AudioFile.read(folder.place("tone.wav"))
        #expect(read.count == 32_000)
        let expected = Waves.tone(1_000, rate: 16_000, seconds: 2)
        // The passband of soxr's high quality is flat to 0.01 dB. Therefore the waveform is unchanged except near its
        // ends.
        #expect(worst(read[1_600..<30_400], expected[1_600..<30_400]) < 1e-3)
    }

    @Test func resampling_removes_what_the_new_rate_cannot_hold() throws {
        let tone = Waves.tone(12_000, rate: 48_000, seconds: 1)
        try AudioFile.write(folder.place("high.wav"), samples: tone, sampleRate: 48_000)
        let read = try AudioFile.read(folder.place("high.wav"))
        #expect(Level.rms(Array(read[1_600..<14_400])) < 1e-5)  // 20 bits: −120 dB
    }

    @Test(
        arguments: [16_000, 8_000, 11_025, 44_100, 48_000, 192_000],
        ["a.wav", "a.flac", "a.ogg", "a.mp3"])
    func a_part_equals_that_part_of_the_whole(rate: Int, name: String) throws {
        let lowest = 8_000
        let highest = name.hasSuffix("mp3") ? 48_000 : 192_000
        guard (lowest...highest).contains(rate) else { return }  // mp3 does not have this rate
        let path = folder.place(name)
        try AudioFile.write(path, samples: Waves.sweep(rate: rate, seconds: 3), sampleRate: rate)
        let whole = try AudioFile.read(path)
        for (from, count) in [(0, 1_000), (1, 15_600), (30_001, 15_600), (whole.count - 500, 500)] {
            let part = try AudioFile.read(path, from: from, count: count)
            #expect(part.count == count)
            #expect(worst(part, whole[from..<from + count]) < 1e-4, "\(name) \(rate) Hz from \(from)")
        }
        #expect(try AudioFile.read(path, from: whole.count - 10, count: 100).count == 10)
        #expect(try AudioFile.read(path, from: whole.count + 10, count: 100).isEmpty)
        #expect(try AudioFile.read(path, from: whole.count - 10).count == 10)
    }

    @Test func channels_are_averaged() throws {
        var frames: [Float] = []
        for i in 0..<40_000 { for channel in 0..<8 { frames.append(Float(channel) * 0.1 + Float(i % 5) * 0.01) } }
        try Waves.write(Waves.bytes(frames, rate: 16_000, channels: 8), to: folder.place("eight.wav"))
        let read = try AudioFile.read(folder.place("eight.wav"))
        #expect(read.count == 40_000)
        // The rounding error of eight additions of values below 1 is at most 8 · 2^-24.
        #expect(worst(read, (0..<40_000).map { 0.35 + Float($0 % 5) * 0.01 }) < 5e-7)
    }

    @Test func silence_stays_silence() throws {
        let zeros = [Float](repeating: 0, count: 44_100)
        try AudioFile.write(folder.place("silence.wav"), samples: zeros, sampleRate: 44_100)
        let read = try AudioFile.read(folder.place("silence.wav"))
        #expect(read == [Float](repeating: 0, count: 16_000))
        #expect(Level.rms(read) == 0 && Level.gain(rms: 0) == 250)
    }

    @Test func the_level_gain_brings_a_clip_to_its_target() {
        let tone = Waves.tone(440, rate: 16_000, seconds: 1)
        let gain = Level.gain(rms: Level.rms(tone))
        #expect(abs(Level.rms(tone.map { $0 * gain }) - 0.0025) < 1e-8)  // a few ulps of 0.0025
    }

    @Test func sound_files_are_known_by_their_extension() {
        for name in ["a.wav", "/x/b.FLAC", "c.d.ogg", "e.mp3"] { #expect(AudioFile.isAudioPath(name)) }
        for name in ["wav", "a.txt", "a.wav.part", ""] { #expect(!AudioFile.isAudioPath(name)) }
    }

    @Test func real_recordings_decode_to_finite_samples() throws {
        for path in RealData.files("esc10", extension: "ogg").prefix(5) {
            let info = try AudioFile.info(path)
            let samples = try AudioFile.read(path)
            #expect(samples.count == info.frames(at: 16_000) && samples.count > 16_000, "\(path)")
            #expect(samples.allSatisfy { $0.isFinite && abs($0) < 2 } && Level.rms(samples) > 1e-4, "\(path)")
        }
    }
}
