import CKernels
import Foundation
import Testing

extension KernelTests {
    @Suite struct SpectraTests {
        static let code = ck_spectra_config(
            sample_rate: 16_000, window: 2048, hop: 128, bands: 128, frequencies: CK_SPECTRA_LOGARITHMIC,
            low_hertz: 40, high_hertz: 8000, magnitude_floor: 1e-5, magnitude_offset: -20, mel_floor: 1e-5,
            mel_offset: -10)
        static let paper = ck_spectra_config(
            sample_rate: 16_000, window: 256, hop: 128, bands: 128, frequencies: CK_SPECTRA_LINEAR,
            low_hertz: 40, high_hertz: 8000, magnitude_floor: 1e-5, magnitude_offset: 0, mel_floor: 1e-10,
            mel_offset: 0)

        static func changed(_ config: ck_spectra_config, _ change: (inout ck_spectra_config) -> Void)
            -> ck_spectra_config
        {
            var config = config
            change(&config)
            return config
        }

        static func run(_ config: ck_spectra_config, _ x: UnsafePointer<Float>, _ samples: Int) throws -> [Float] {
            var config = config
            var context: OpaquePointer?
            try #require(ck_spectra_create(&config, &context) == CK_OK)
            let made = try #require(context)
            defer { ck_spectra_destroy(made) }
            let out = Floats(ck_spectra_frames(made, samples) * config.bands * 3)
            let scratch = Floats(ck_spectra_scratch_bytes(made) / 4)
            for i in 0..<scratch.count { scratch[i] = .nan }  // the old content of the scratch memory must not be used
            ck_spectra_run(made, samples, x, out.pointer, scratch.pointer)
            #expect(out.isIntact && scratch.isIntact)
            return out.values
        }

        @Test func a_frame_is_the_same_bits_wherever_it_lies() throws {
            let x = LogMelTests.brownNoise(128 * 70, seed: 9)
            try forEachInstructionSet { name in
                let whole = try Self.run(Self.paper, x.pointer, x.count)
                for first in [1, 3, 16, 29] {
                    let frames = min(37, 71 - first)
                    let part = try Self.run(Self.paper, x.pointer + first * 128, (frames - 1) * 128)
                    // The first and the last frame contain reflected samples and are not compared.
                    let inner = part[384..<(frames - 1) * 384]
                    #expect(
                        inner.elementsEqual(whole[(first + 1) * 384..<(first + frames - 1) * 384]), "\(name) \(first)")
                }
            }
        }

        @Test func the_ends_are_reflected_without_repeating_them() throws {
            let samples = 1100
            let x = LogMelTests.brownNoise(samples, seed: 4)
            let mirrored = Floats(samples + 2048) {
                let i = abs($0 - 1024)
                return x[i < samples ? i : 2 * (samples - 1) - i]
            }
            try forEachInstructionSet { name in
                let short = try Self.run(Self.code, x.pointer, samples)
                let long = try Self.run(Self.code, mirrored.pointer, mirrored.count)
                #expect(short.count == 9 * 384)
                #expect(short == Array(long[8 * 384..<17 * 384]), "\(name)")
            }
        }

        @Test func silence_is_the_floor_and_the_angle_of_nothing() throws {
            let x = Floats(16_000)
            try forEachInstructionSet { name in
                let code = try Self.run(Self.code, x.pointer, x.count)
                #expect(code.count == 126 * 384)
                // One ulp of the logarithm of the floor, multiplied by 10 / ln 10, and one ulp of the result.
                for (value, expected) in zip(code.prefix(3), [-120, 0, -60] as [Float]) {
                    #expect(abs(value - expected) < 2e-5, "\(name)")
                }
                let paper = try Self.run(Self.paper, x.pointer, x.count)
                for (value, expected) in zip(paper.prefix(3), [-100, 0, -100] as [Float]) {
                    #expect(abs(value - expected) < 2e-5, "\(name)")
                }
                for values in [code, paper] {
                    #expect(values.indices.allSatisfy { values[$0] == values[$0 % 3] }, "\(name)")
                }
            }
        }

        @Test func a_sample_that_is_not_finite_spoils_its_own_frames_only() throws {
            for bad in [Float.nan, .infinity] {
                // The second position is the first sample of the window of frame 20, where the window is 0.
                for place in [128 * 20 + 5, 128 * 19] {
                    let x = LogMelTests.brownNoise(128 * 40, seed: 3)
                    x[place] = bad
                    try forEachInstructionSet { name in
                        let out = try Self.run(Self.paper, x.pointer, x.count)
                        for frame in 0...40 {
                            let isSpoiled = frame * 128 - 128 <= place && place < frame * 128 + 128
                            for k in 0..<128 {
                                let row = out[(frame * 128 + k) * 3..<(frame * 128 + k) * 3 + 2]
                                #expect(row.allSatisfy { $0.isNaN == isSpoiled }, "\(name) frame \(frame)")
                            }
                            // Mel bands without a bin have the value of the floor, also in these frames.
                            let mels = stride(from: frame * 384 + 2, to: (frame + 1) * 384, by: 3).map { out[$0] }
                            #expect(mels.contains { $0.isNaN } == isSpoiled, "\(name) frame \(frame)")
                        }
                    }
                }
            }
        }

        @Test func a_sound_that_cannot_be_reflected_has_no_frames() throws {
            let x = Floats(2048) { Float($0 % 7) }
            #expect(try Self.run(Self.code, x.pointer, 1024).isEmpty)
            #expect(try Self.run(Self.code, x.pointer, 0).isEmpty)
            #expect(try Self.run(Self.code, x.pointer, 1025).count == 9 * 384)
        }

        @Test func a_configuration_that_breaks_a_bound_is_refused() {
            let breaks: [(inout ck_spectra_config) -> Void] = [
                { $0.window = 1000 }, { $0.window = 8 }, { $0.window = 131_072 }, { $0.hop = 0 }, { $0.bands = 0 },
                { $0.bands = 4097 }, { $0.high_hertz = 8001 }, { $0.low_hertz = 8000 }, { $0.low_hertz = 0 },
                { $0.magnitude_floor = 0 }, { $0.mel_floor = .nan }, { $0.mel_offset = .infinity },
                { $0.sample_rate = 0 },
                {
                    $0.frequencies = CK_SPECTRA_LINEAR
                    $0.bands = 1026
                },
                { $0.frequencies = ck_spectra_frequencies(rawValue: 7) },
            ]
            for change in breaks {
                var config = Self.changed(Self.code, change)
                var context: OpaquePointer?
                #expect(ck_spectra_validate(&config) == CK_INVALID_SHAPE)
                #expect(ck_spectra_create(&config, &context) == CK_INVALID_SHAPE)
                #expect(context == nil)
            }
        }
    }
}
