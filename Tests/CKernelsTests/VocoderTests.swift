import CKernels
import Foundation
import Testing

extension KernelTests {
    @Suite struct VocoderTests {
        static let rate = 16_000.0
        static let usual = ck_vocoder_config(window: 1024, hop: 256)

        enum Mode: CaseIterable { case shift, stretch }

        /// The owner of a context. `run` fills the scratch memory with NaN, to detect values that are read before they
        /// are written.
        final class Vocoder {
            let context: OpaquePointer
            init(_ config: ck_vocoder_config) throws {
                var config = config
                var created: OpaquePointer?
                try #require(ck_vocoder_create(&config, &created) == CK_OK)
                context = try #require(created)
            }
            deinit { ck_vocoder_destroy(context) }

            func run(_ mode: Mode, _ ratio: Double, _ x: Floats, first: Int = 0, count: Int? = nil) -> Floats {
                let out = Floats(count ?? x.count)
                let scratch = Floats((ck_vocoder_scratch_bytes(context, out.count) + 3) / 4) { _ in .nan }
                let range = ck_vocoder_range(samples: x.count, first: first, count: out.count)
                switch mode {
                case .shift: ck_vocoder_shift(context, ratio, range, x.pointer, out.pointer, scratch.pointer)
                case .stretch: ck_vocoder_stretch(context, ratio, range, x.pointer, out.pointer, scratch.pointer)
                }
                #expect(out.isIntact && scratch.isIntact)
                return out
            }
        }

        static func tone(_ hertz: Double, _ count: Int) -> Floats {
            Floats(count) { Float(0.5 * sin(2 * Double.pi * hertz * Double($0) / rate)) }
        }

        /// The partials of a voice with a changing pitch, and noise that is 40 dB below.
        static func voice(_ count: Int, seed: UInt64) -> Floats {
            var random = TestRandom(seed)
            var phase = 0.0
            return Floats(count) { i in
                phase += 2 * Double.pi * (180 + 40 * sin(Double(i) / 3000)) / rate
                let partials = (1...20).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) }
                return Float(0.1 * partials) + 0.001 * random.next()
            }
        }

        /// The frequency of the tone near `hertz`, computed from the change of its phase relative to a tone of `hertz`.
        static func frequency(_ y: Floats, near hertz: Double) -> Double {
            func phase(_ start: Int) -> Double {
                var (re, im) = (0.0, 0.0)
                for n in 0..<2048 {
                    let w = 0.5 - 0.5 * cos(2 * Double.pi * Double(n) / 2048)
                    let angle = 2 * Double.pi * hertz * Double(start + n) / rate
                    re += w * Double(y[start + n]) * cos(angle)
                    im -= w * Double(y[start + n]) * sin(angle)
                }
                return atan2(im, re)
            }
            // Over 4000 samples, a phase of 2π corresponds to 4 Hz. The tolerance of 3 cents is much smaller: 0.6 … 0.9
            // Hz.
            let turned = remainder(phase(7000) - phase(3000), 2 * Double.pi)
            return hertz + turned / (2 * Double.pi) * rate / 4000
        }

        /// The signal-to-noise ratio 10·log₁₀(Σ wanted² / Σ (y − wanted)²) over `range`, in dB.
        static func signalToNoise(_ y: [Double], _ wanted: [Double], _ range: Range<Int>) -> Double {
            let signal = range.reduce(0) { $0 + wanted[$1] * wanted[$1] }
            let noise = range.reduce(0) { $0 + (y[$1] - wanted[$1]) * (y[$1] - wanted[$1]) }
            return 10 * log10(signal / noise)
        }

        @Test(arguments: [0.4, 0.5, 0.8, 0.9, 1, 1.1, 1.2, 2, 2.5])
        func a_shifted_tone_has_the_ratio_times_its_frequency_within_three_cents(ratio: Double) throws {
            let vocoder = try Vocoder(Self.usual)
            let x = Self.tone(440, 12_000)
            forEachInstructionSet { isa in
                let y = vocoder.run(.shift, ratio, x)
                let cents = 1200 * log2(Self.frequency(y, near: 440 * ratio) / (440 * ratio))
                #expect(abs(cents) < 3, "\(isa): \(cents) cents")
                // The power of the tone does not change.
                let power = (2000..<10_000).reduce(0.0) { $0 + Double(y[$1] * y[$1]) } / 8000
                #expect(abs(10 * log10(power / 0.125)) < 0.1, "\(isa): \(power)")
            }
        }

        @Test(arguments: [0.4, 0.5, 0.8, 1.2, 2, 2.5]) func a_stretched_tone_keeps_its_frequency(ratio: Double) throws {
            let x = Self.tone(440, 20_000)
            let y = try Vocoder(Self.usual).run(.stretch, ratio, x, count: 10_000)
            #expect(abs(1200 * log2(Self.frequency(y, near: 440) / 440)) < 3)
        }

        @Test(arguments: Mode.allCases) func ratio_one_is_transparent(mode: Mode) throws {
            let vocoder = try Vocoder(Self.usual)
            var random = TestRandom(4)
            for x in [random.floats(9000), Self.voice(9000, seed: 5), Floats(9000) { $0 % 1234 == 700 ? 1 : 0 }] {
                let wanted = x.values.map(Double.init)
                forEachInstructionSet { isa in
                    let y = vocoder.run(mode, 1, x).values.map(Double.init)
                    let ratio = Self.signalToNoise(y, wanted, 0..<9000)
                    #expect(ratio > 60, "\(isa): \(ratio) dB")
                }
            }
        }

        @Test(arguments: [801, 1600, 2000, 3200]) func an_impulse_train_keeps_its_spacing(period: Int) throws {
            let x = Floats(32_000) { $0 > 0 && $0 % period == 0 ? 1 : 0 }
            let vocoder = try Vocoder(Self.usual)
            for ratio in [0.8, 0.9, 1.1, 1.2] {
                forEachInstructionSet { isa in
                    let y = vocoder.run(.shift, ratio, x)
                    let places = stride(from: period, to: 32_000 - period, by: period).map { centre in
                        (centre - period / 2..<centre + period / 2).max { abs(y[$0]) < abs(y[$1]) } ?? 0
                    }
                    let worst = zip(places, places.dropFirst()).map { abs($1 - $0 - period) }.max() ?? .max
                    // 80 samples are 5 ms.
                    #expect(worst <= 80, "\(isa), ratio \(ratio): \(worst) samples")
                }
            }
        }

        @Test func every_instruction_set_agrees_with_the_definition_in_double() throws {
            var random = TestRandom(1)
            let sounds = [random.floats(2500), Self.voice(2500, seed: 2)]
            for (index, configuration) in [(256, 64), (256, 32)].enumerated() {
                var config = ck_vocoder_config(window: configuration.0, hop: configuration.1)
                let vocoder = try Vocoder(config)
                for (sound, x) in sounds.enumerated() {
                    for ratio in [0.4, 0.5, 0.77, 1, 1.13, 2, 2.5] {
                        for mode in Mode.allCases {
                            // The output begins before the input, extends after its end, and has incomplete vectors.
                            let (first, count) = (-37, 2551)
                            var wanted = [Double](repeating: 0, count: count)
                            let reference =
                                mode == .shift ? ck_vocoder_shift_reference : ck_vocoder_stretch_reference
                            let range = ck_vocoder_range(samples: x.count, first: first, count: count)
                            try #require(reference(&config, ratio, range, x.pointer, &wanted) == CK_OK)
                            let power = wanted.reduce(0) { $0 + $1 * $1 }
                            forEachInstructionSet { isa in
                                let y = vocoder.run(mode, ratio, x, first: first, count: count)
                                let error = zip(y.values, wanted).reduce(0) { $0 + pow(Double($1.0) - $1.1, 2) }
                                // The rotations of up to 160 consecutive frames depend on each other. Each adds an
                                // error of a few eps, 4e-5 in total. A bin whose nearest peak changes by rounding is
                                // between two peaks and 40 dB below them.
                                let relative = (error / power).squareRoot()
                                #expect(relative < 4e-5, "\(isa) \(index) \(sound) \(ratio) \(mode): \(relative)")
                            }
                        }
                    }
                }
            }
        }

        @Test func any_thread_gives_the_same_bits() throws {
            let vocoder = try Vocoder(Self.usual)
            let x = Self.voice(15_360, seed: 3)
            let expected = vocoder.run(.shift, 1.17, x).values
            let results = Results(8)
            nonisolated(unsafe) let (shared, input) = (vocoder, x)
            DispatchQueue.concurrentPerform(iterations: 8) { results.set($0, shared.run(.shift, 1.17, input).values) }
            #expect(results.all.allSatisfy { $0 == expected })
        }

        private final class Results: @unchecked Sendable {
            private let lock = NSLock()
            private var values: [[Float]]
            init(_ count: Int) { values = [[Float]](repeating: [], count: count) }
            func set(_ index: Int, _ value: [Float]) { lock.withLock { values[index] = value } }
            var all: [[Float]] { lock.withLock { values } }
        }

        @Test(arguments: Mode.allCases) func silence_stays_silence_and_little_is_enough(mode: Mode) throws {
            let vocoder = try Vocoder(Self.usual)
            forEachInstructionSet { _ in
                for count in [0, 1, 17, 3000] {
                    let y = vocoder.run(mode, 1.3, Floats(count), count: 3000)
                    #expect(y.values.allSatisfy { $0 == 0 })
                }
                #expect(vocoder.run(mode, 0.7, Floats(1) { _ in 1 }, count: 1).values.allSatisfy { $0.isFinite })
                #expect(vocoder.run(mode, 0.7, Self.tone(440, 100), count: 0).count == 0)
            }
        }

        @Test func scratch_suffices_wherever_a_view_begins_and_whatever_its_ratio() throws {
            // `run` checks that no value was written after the end of the scratch memory.
            let vocoder = try Vocoder(ck_vocoder_config(window: 64, hop: 16))
            let x = Self.tone(440, 300)
            for count in [1, 2, 15, 16, 17, 100] {
                for (index, ratio) in stride(from: 0.4, through: 2.5, by: 0.0625).enumerated() {
                    for mode in Mode.allCases {
                        let y = vocoder.run(mode, ratio, x, first: 31 * index - 200, count: count)
                        #expect(y.values.allSatisfy { abs($0) < 2 })
                    }
                }
            }
        }

        @Test func a_shift_leaves_nothing_that_would_alias() throws {
            // 1.6 times 6 kHz is more than half the sample rate.
            let y = try Vocoder(Self.usual).run(.shift, 1.6, Self.tone(6000, 12_000))
            let loudest = (2000..<10_000).map { abs(y[$0]) }.max() ?? .infinity
            #expect(loudest < 0.5e-3)  // 60 dB below
        }

        @Test func what_surrounds_a_view_is_its_context() throws {
            let vocoder = try Vocoder(Self.usual)
            let x = Self.tone(440, 12_000)
            let view = vocoder.run(.shift, 1.2, x, first: 4000, count: 4000).values.map(Double.init)
            let power = view.reduce(0) { $0 + $1 * $1 } / 4000
            #expect(abs(10 * log10(power / 0.125)) < 0.1)
            for edge in [0..<200, 3800..<4000] {
                let power = edge.reduce(0) { $0 + view[$1] * view[$1] } / 200
                // 200 samples are 6.6 periods. An incomplete period can change the power by 1/(4π·6.6), that is 0.05
                // dB. The rest of the tolerance is for the fade-in of the frames.
                #expect(abs(10 * log10(power / 0.125)) < 0.5)
            }
        }

        @Test func bounds_of_ratio_and_configuration_are_checked() {
            for ratio in [0.4, 1, 2.5] { #expect(ck_vocoder_check_ratio(ratio) == CK_OK) }
            for ratio in [0.399, 2.501, -1, 0, .nan, .infinity] {
                #expect(ck_vocoder_check_ratio(ratio) == CK_INVALID_SHAPE)
            }
            for (window, hop) in [
                (1000, 250), (32, 8), (16_384, 4096), (1024, 512), (1024, 0), (1024, 16), (1024, 100),
            ] {
                var config = ck_vocoder_config(window: window, hop: hop)
                var created: OpaquePointer?
                #expect(ck_vocoder_create(&config, &created) == CK_INVALID_SHAPE)
                #expect(created == nil)
            }
        }
    }
}
