import CKernels
import Foundation
import Testing

extension KernelTests {
    @Suite struct LogMelTests {
        static let cola = ck_logmel_config(
            sample_rate: 16_000, window: 400, hop: 160, fft: 1024, mels: 64, low_hertz: 60, high_hertz: 7800,
            floor: 1e-5)

        /// Transforms whose last pass has 4 or 8 points, a transform without other passes, an odd window, and a hop
        /// that is longer than the window.
        static let configurations = [
            cola,
            ck_logmel_config(
                sample_rate: 16_000, window: 512, hop: 128, fft: 512, mels: 32, low_hertz: 50, high_hertz: 8000,
                floor: 1e-5),
            ck_logmel_config(
                sample_rate: 8_000, window: 15, hop: 7, fft: 16, mels: 2, low_hertz: 0, high_hertz: 4000, floor: 1e-5),
            ck_logmel_config(
                sample_rate: 22_050, window: 201, hop: 333, fft: 256, mels: 10, low_hertz: 100, high_hertz: 11_025,
                floor: 1e-5),
            ck_logmel_config(
                sample_rate: 44_100, window: 2048, hop: 441, fft: 2048, mels: 64, low_hertz: 60, high_hertz: 16_000,
                floor: 1e-5),
        ]

        /// Noise that decreases by 6 dB per octave, with the level of a normalized clip. Its mel bands have very
        /// different levels.
        static func brownNoise(_ count: Int, seed: UInt64) -> Floats {
            var random = TestRandom(seed)
            var state: Float = 0
            return Floats(count) { _ in
                state = 0.95 * state + random.next()
                return 0.0015 * state
            }
        }

        static func run(_ config: ck_logmel_config, _ x: UnsafePointer<Float>, _ samples: Int) throws -> Floats {
            var config = config
            var context: OpaquePointer?
            try #require(ck_logmel_create(&config, &context) == CK_OK)
            let made = try #require(context)
            defer { ck_logmel_destroy(made) }
            let out = Floats(ck_logmel_frames(made, samples) * config.mels)
            let scratch = Floats(ck_logmel_scratch_bytes(made) / 4)
            for i in 0..<scratch.count { scratch[i] = .nan }  // the old content of the scratch memory must not be used
            ck_logmel_run(made, samples, x, out.pointer, scratch.pointer)
            #expect(out.isIntact && scratch.isIntact)
            return out
        }

        @Test func every_instruction_set_agrees_with_the_definition_in_double() throws {
            for (index, configuration) in Self.configurations.enumerated() {
                var config = configuration
                let samples = config.window + 20 * config.hop + config.hop / 2
                let x = Self.brownNoise(samples, seed: UInt64(index + 1))
                var expected = [Double](repeating: 0, count: 21 * config.mels)
                ck_logmel_reference(&config, samples, x.pointer, &expected)
                try forEachInstructionSet { name in
                    let out = try Self.run(config, x.pointer, samples)
                    #expect(out.count == expected.count)
                    // The error is eps·log2(1024) ≈ 1e-6 of the norm of a frame, distributed over its bins. A weak mel
                    // band is 40 dB below the norm.
                    let worst = zip(out.values, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
                    #expect(worst < 1e-4, "\(name), configuration \(index)")
                    #expect(out.values.allSatisfy { $0.isFinite })
                }
            }
        }

        @Test func a_frame_is_the_same_bits_wherever_it_lies() throws {
            let x = Self.brownNoise(400 + 160 * 50, seed: 9)
            try forEachInstructionSet { name in
                let whole = try Self.run(Self.cola, x.pointer, x.count)
                for first in [1, 3, 16, 29] {
                    let frames = min(17, 51 - first)
                    let part = try Self.run(Self.cola, x.pointer + first * 160, 400 + (frames - 1) * 160)
                    #expect(part.values == Array(whole.values[first * 64..<(first + frames) * 64]), "\(name) \(first)")
                }
            }
        }

        @Test func an_impulse_follows_the_logarithm_over_the_whole_range_of_floats() throws {
            // For a single sample of height a, at which the window is 1, every bin has the magnitude a, and every mel
            // band is a·Σ filter.
            var config = Self.cola
            config.floor = 1e-37
            try forEachInstructionSet { name in
                let x = Floats(400)
                x[200] = 1
                let unit = try Self.run(config, x.pointer, 400)
                // |X|² must be a normal float. Therefore the heights are 2^-60 … 2^60.
                for exponent in -60...60 {
                    for mantissa in [1, 1.1, 1.2, 1.3, 1.4, 1.414, 1.415, 1.5, 1.7, 1.9, 1.999] {
                        let height = Float(scalbn(mantissa, exponent))
                        x[200] = height
                        let out = try Self.run(config, x.pointer, 400)
                        // Half an ulp of each of the two logarithms (below 64), and 4 eps for the magnitude.
                        let error = abs(Double(out[20]) - Double(unit[20]) - log(Double(height)))
                        #expect(error < 5e-6, "\(name): \(height)")
                    }
                }
            }
        }

        @Test func silence_is_the_logarithm_of_the_floor() throws {
            let x = Floats(400 + 160 * 4)
            try forEachInstructionSet { _ in
                let out = try Self.run(Self.cola, x.pointer, x.count)
                let floor = log(Double(Float(1e-5)))
                #expect(out.values.allSatisfy { abs(Double($0) - floor) < 1e-6 })  // one ulp of 11.5
            }
        }

        @Test func a_sample_that_is_not_finite_spoils_its_own_frames_only() throws {
            for bad in [Float.nan, .infinity] {
                let x = Self.brownNoise(400 + 160 * 40, seed: 3)
                x[160 * 20 + 5] = bad
                try forEachInstructionSet { name in
                    let out = try Self.run(Self.cola, x.pointer, x.count)
                    for frame in 0..<41 {
                        let spoiled = frame * 160 <= 3205 && 3205 < frame * 160 + 400
                        let row = out.values[frame * 64..<(frame + 1) * 64]
                        #expect(row.allSatisfy { $0.isNaN == spoiled }, "\(name) frame \(frame)")
                    }
                }
            }
        }

        @Test func too_short_a_sound_has_no_frames() throws {
            let x = Floats(399)
            #expect(try Self.run(Self.cola, x.pointer, 399).count == 0)
            #expect(try Self.run(Self.cola, x.pointer, 0).count == 0)
        }

        @Test func a_configuration_that_breaks_a_bound_is_refused() {
            let breaks: [(inout ck_logmel_config) -> Void] = [
                { $0.fft = 1000 }, { $0.fft = 8 }, { $0.window = 1025 }, { $0.hop = 0 }, { $0.mels = 0 },
                { $0.mels = 400 }, { $0.high_hertz = 8001 }, { $0.low_hertz = 7800 }, { $0.floor = 0 },
                { $0.floor = .nan }, { $0.low_hertz = -1 }, { $0.sample_rate = 0 },
            ]
            for change in breaks {
                var config = Self.cola
                change(&config)
                var context: OpaquePointer?
                #expect(ck_logmel_create(&config, &context) == CK_INVALID_SHAPE)
                #expect(context == nil)
            }
        }
    }
}
