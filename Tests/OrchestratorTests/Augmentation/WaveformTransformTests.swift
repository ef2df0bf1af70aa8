import Foundation
import Orchestrator
import Testing

@testable import OssicleAudio

@Suite struct WaveformTransformTests {
    private let machine = Result { try PitchMachine(.vocoder) }

    private func stream(_ clip: Int = 0) -> RandomStream { RandomStream(seed: 5, purpose: .test, clip: clip) }

    private func applied(_ transform: some WaveformTransform, _ samples: [Float]) throws -> [Float] {
        var samples = samples
        transform.apply(to: &samples, machine: try machine.get())
        return samples
    }

    @Test(arguments: Fade.Shape.allCases) func a_fade_rises_from_nothing_to_everything(shape: Fade.Shape) throws {
        let y = try applied(Fade(fadeIn: 40, fadeOut: 20, shape: shape), [Float](repeating: 1, count: 100))
        #expect(y[0] == 0 && y[99] == 0 && shape.gain(0) == 0 && shape.gain(1) == 1)
        #expect(y[40..<80].allSatisfy { $0 == 1 })
        for i in 1..<40 { #expect(y[i] >= y[i - 1]) }
        for i in 81..<100 { #expect(y[i] <= y[i - 1]) }
        let middle: Float = [.linear: 0.5, .logarithmic: 1 + log10(0.6), .exponential: 0.5 / Float(2).squareRoot()][
            shape]!
        #expect(abs(shape.gain(0.5) - middle) < 1e-6)
    }

    @Test func fades_take_every_length_up_to_the_longest_and_every_shape() {
        var stream = stream()
        let fades = (0..<1000).map { _ in Fade.draw(0...0.5, 0...0.25, count: 16, from: &stream) }
        #expect(Set(fades.map(\.fadeIn)) == Set(0...8) && Set(fades.map(\.fadeOut)) == Set(0...4))
        #expect(Set(fades.map(\.shape)).count == 3)
    }

    @Test func a_fade_longer_than_the_sound_stays_inside() throws {
        #expect(try applied(Fade(fadeIn: 9, fadeOut: 9, shape: .linear), [1, 1, 1]).count == 3)
        #expect(try applied(Fade(fadeIn: 9, fadeOut: 9, shape: .linear), []).isEmpty)
    }

    @Test func a_mask_replaces_its_part_and_nothing_else() throws {
        let x = (0..<8_000).map { Float($0 + 1) }
        var stream = stream()
        var shares: [Float] = []
        for _ in 0..<200 {
            let mask = TimeMask.draw(length: 0...0.125, deviation: 0.01, count: 8_000, from: &stream)
            let y = try applied(mask, x)
            #expect(mask.range.count <= 1_000)
            shares.append(Float(mask.range.count) / 8_000)
            #expect(x.indices.allSatisfy { (y[$0] == x[$0]) != mask.range.contains($0) })
            let part = y[mask.range].map(Double.init)
            let power = part.reduce(0) { $0 + $1 * $1 }
            switch mask.filling {
            case .silence: #expect(power == 0)
            case .noise:
                // The variance of n normal numbers has a relative standard deviation of sqrt(2 / n). The tolerance is
                // six of them.
                let n = Double(part.count)
                #expect(n < 100 || abs(power / n / 1e-4 - 1) < 6 * (2 / n).squareRoot())
            }
        }
        // The shares are uniform in 0 … 1/8: the mean of 200 has a standard deviation of 1/8/sqrt(12·200).
        let (mean, deviation) = (shares.reduce(0, +) / 200, Float(0.125 / (12.0 * 200).squareRoot()))
        #expect(abs(mean - 0.0625) < 5 * deviation)
    }

    @Test(arguments: [(2, [4, 5, 1, 2, 3]), (-1, [2, 3, 4, 5, 1]), (0, [1, 2, 3, 4, 5]), (-7, [3, 4, 5, 1, 2])])
    func a_shift_rotates(samples: Int, expected: [Float]) throws {
        #expect(try applied(TimeShift(samples: samples), [1, 2, 3, 4, 5]) == expected)
    }

    @Test(arguments: ColouredNoise.Colour.allCases, [Float(0), 7.5, 20]) func noise_has_the_ratio_that_was_drawn(
        colour: ColouredNoise.Colour, ratio: Float
    ) throws {
        let x = Waves.tone(440, amplitude: 0.01, rate: 16_000, seconds: 1)
        let y = try applied(ColouredNoise(colour: colour, ratioDB: ratio, stream: stream()), x)
        func power(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
        let measured = 10 * log10(power(x) / power(zip(y, x).map { $0 - $1 }))
        #expect(abs(measured - Double(ratio)) < 0.1)
        #expect(try applied(ColouredNoise(colour: colour, ratioDB: ratio, stream: stream()), [0, 0]) == [0, 0])
    }

    @Test(arguments: [(ColouredNoise.Colour.white, 0.0), (.pink, -3.01), (.brown, -6.02)])
    func noise_falls_by_its_colours_decibels_an_octave(colour: ColouredNoise.Colour, slope: Double) throws {
        // A single impulse gives the noise its level. Its sample is left out of the measurement.
        let count = 1 << 17
        var x = [Float](repeating: 0, count: count)
        x[0] = 100
        let noise = try applied(ColouredNoise(colour: colour, ratioDB: 0, stream: stream()), x).dropFirst()
        // The mean power in each octave, over eight frequencies and over blocks of 1,024 samples with a Hann window.
        let decibels = [125.0, 250, 500, 1000, 2000, 4000].map { hertz in
            var (sum, terms) = (0.0, 0)
            for step in 0..<8 {
                let angle = 2 * Double.pi * (hertz * pow(2, Double(step) / 8 - 0.5)) / 16_000
                for block in stride(from: 0, to: count - 1_025, by: 1_024) {
                    var (re, im) = (0.0, 0.0)
                    for n in stride(from: 0, to: 1_024, by: 1) {
                        let value =
                            Double(noise[noise.startIndex + block + n])
                            * (0.5 - 0.5 * cos(2 * .pi * Double(n) / 1_024))
                        re += value * cos(angle * Double(n))
                        im += value * sin(angle * Double(n))
                    }
                    sum += re * re + im * im
                    terms += 1
                }
            }
            return 10 * log10(sum / Double(terms))
        }
        // The mean of about 500 independent powers has a standard deviation of 4.5 %, which is 0.2 dB. The tolerance is
        // about four of them, divided by five octaves.
        let fitted = (decibels[5] - decibels[0]) / 5
        #expect(abs(fitted - slope) < 0.25, "\(decibels)")
    }

    @Test(arguments: WaveformTransformKind.allCases) func a_transform_keeps_the_length_and_repeats_bit_for_bit(
        kind: WaveformTransformKind
    ) throws {
        let chain = try AugmentationChain(kind.rawValue)
        let x = Waves.sweep(rate: 16_000, seconds: 0.5)
        func run(_ clip: Int) throws -> [Float] {
            var y = x
            for transform in chain.draw(count: y.count, seed: 3, epoch: 2, clip: clip, view: 1) {
                transform.apply(to: &y, machine: try machine.get())
            }
            return y
        }
        let y = try run(7)
        #expect(y.count == x.count && y.allSatisfy(\.isFinite))
        #expect(try run(7) == y && y != x)
        #expect(try run(8) != y)
    }
}

@Suite struct AugmentationChainTests {
    @Test func a_chain_reads_back_from_its_own_text() throws {
        let text =
            "fade 0.5, time-mask 0.25 length=0.0..0.1, pitch-shift 1.0 semitones=-5.0..5.0, white-noise 1.0 snr=3.0"
        let chain = try AugmentationChain(text)
        #expect(chain.text == text)
        #expect(chain.steps.map(\.kind) == [.fade, .timeMask, .pitchShift, .whiteNoise])
        #expect(chain.steps.map(\.probability) == [0.5, 0.25, 1, 1])
        #expect(chain.steps[3].ranges == [3...3] && chain.steps[1].ranges == [0...0.1, 0.01...0.01])
        #expect(try AugmentationChain("").steps.isEmpty)
        #expect(try JSONDecoder().decode(AugmentationChain.self, from: JSONEncoder().encode(chain)) == chain)
    }

    @Test(arguments: [
        ("fading", "begins with one of fade, time-mask"), ("fade 1.5", "“1.5” is no probability"),
        ("fade 0.5 depth=3", "no parameter “depth”; it has in, out"), ("fade in=0..2", "within 0.0 to 1.0"),
        ("pitch-shift semitones=20", "within -15.0 to 15.0"), ("white-noise snr=5..1", "a number or LOW..HIGH"),
        ("time-stretch rate=fast", "a number or LOW..HIGH"), ("fade, fade", "occurs twice"),
    ])
    func a_wrong_step_is_named(text: String, words: String) {
        let error = #expect(throws: AugmentationError.self) { try AugmentationChain(text) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func steps_come_in_order_with_their_probabilities() throws {
        let chain = try AugmentationChain("time-shift 0.25, fade 0.5, white-noise")
        var counts = [0, 0, 0]
        for clip in 0..<4_000 {
            let names = chain.draw(count: 100, seed: 1, epoch: 0, clip: clip, view: 0).map { "\($0)" }
            let places = ["time-shift", "fade", "white noise"].map { name in
                names.firstIndex { $0.hasPrefix(name) }
            }
            #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
            for (kind, place) in places.enumerated() where place != nil { counts[kind] += 1 }
        }
        // The counts are binomial, with standard deviations of at most 32. The tolerance is five of them.
        #expect(abs(counts[0] - 1_000) < 160 && abs(counts[1] - 2_000) < 160 && counts[2] == 4_000)
    }

    @Test func a_recipe_takes_a_chain_and_views_go_through_it() throws {
        let recipe = try RecipeFile.parse(yaml: "augmentation: {chain: \"white-noise snr=0\", positive_noise: 0}")
        #expect(try RecipeFile.parse(yaml: RecipeFile.yaml(of: recipe)) == recipe)
        #expect(throws: RecipeError.self) { try RecipeFile.parse(yaml: "augmentation: {chain: \"hiss\"}") }
        let folder = try TemporaryFolder()
        try folder.writeNoise("a.wav", seconds: 2)
        let store = ClipStore(
            dataset: try AudioDataset.open([folder.path]), sampleRate: 16_000, level: recipe.data.level,
            cacheMemoryMiB: 1)
        func level(_ recipe: Recipe) throws -> Float {
            let cutter = try ViewCutter(store: store, recipe: recipe, backgrounds: [0])
            return Level.rms(try #require(cutter.waveform(clip: 0, epoch: 0, view: 0)))
        }
        var plain = recipe
        plain.augmentation.chain = AugmentationChain()
        // Noise with the level of the sound doubles its power. The correlation of noise and sound over 15,000 samples
        // is a few thousandths.
        #expect(abs(try level(recipe) / level(plain) - Float(2).squareRoot()) < 0.03)
    }
}
