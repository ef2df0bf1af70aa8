import Foundation
import Orchestrator
import Testing

@Suite struct CLARSpectraTests {
    private struct Channels: Decodable {
        let magnitude: [Double]
        let phase: [Double]
        let mel: [Double]
    }
    private struct Golden: Decodable {
        let hop: Int
        let frames: Int
        let scale: Double
        let samples: [Int]
        let code: Channels
        let paper: Channels
    }

    private func golden() throws -> Golden {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/clar_spectra", withExtension: "json"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    private func worst(_ values: [Double], _ expected: [Double], _ tolerance: (Int) -> Double) -> Double {
        zip(values, expected).enumerated().map { abs($1.0 - $1.1) / tolerance($0) }.max() ?? .infinity
    }

    @Test(arguments: CLARSpectraConfiguration.Variant.allCases)
    func values_agree_with_librosa_and_numpy(_ variant: CLARSpectraConfiguration.Variant) throws {
        let golden = try golden()
        var configuration = CLARSpectraConfiguration(variant)
        configuration.hopSamples = golden.hop
        let spectra = try CLARSpectra(configuration)
        let out = spectra.extract(golden.samples.map { Float(Double($0) * golden.scale) }).map(Double.init)
        let expected = variant == .code ? golden.code : golden.paper
        try #require(out.count == golden.frames * spectra.valuesPerFrame && out.count == 3 * expected.mel.count)
        #expect(out.allSatisfy { $0.isFinite })
        let channel = { (c: Int) in stride(from: c, to: out.count, by: 3).map { out[$0] } }
        // The windowed sum over a frame is at most 0.35·N/2. Its relative rounding error is about √N·eps, because the
        // errors are random.
        let n = Double(variant.windowSamples)
        let delta = 6e-8 * (8 + n.squareRoot()) * 0.35 * n / 2
        let size = expected.magnitude.map { pow(10, ($0 - variant.magnitudeOffsetDB) / 20) }
        // 2e-5 is for half an ulp of 60 dB, the rounding of the recorded digits, and the error of the logarithm.
        #expect(worst(channel(0), expected.magnitude) { 20 * log10(1 + delta / size[$0]) + 2e-5 } < 1)
        let turns = zip(channel(1), expected.phase).map { remainder($0 - $1, 2 * .pi) }
        #expect(worst(turns, turns.map { _ in 0 }) { 1.1 * delta / size[$0] + 1e-6 } < 1)
        let power = expected.mel.map { pow(10, ($0 - variant.melOffsetDB) / 10) }
        #expect(worst(channel(2), expected.mel) { 10 * log10(1 + 2 * delta / power[$0].squareRoot()) + 2e-5 } < 1)
    }

    @Test func thirteen_bands_of_the_short_window_hold_no_bin_and_are_the_floor() throws {
        var random = RandomStream(seed: 1, purpose: .noise)
        let noise = (0..<16_000).map { _ in random.normal() }
        for (variant, empty) in [(CLARSpectraConfiguration.Variant.code, 0), (.paper, 13)] {
            let out = try CLARSpectra(CLARSpectraConfiguration(variant)).extract(noise)
            let floor = variant.silence[2]
            let bands = (0..<128).filter { band in
                (0..<126).allSatisfy { abs(out[($0 * 128 + band) * 3 + 2] - floor) < 2e-5 }
            }
            #expect(bands.count == empty)
        }
    }

    @Test func silence_has_the_values_that_the_variant_names() throws {
        for variant in CLARSpectraConfiguration.Variant.allCases {
            let out = try CLARSpectra(CLARSpectraConfiguration(variant)).extract([Float](repeating: 0, count: 4000))
            #expect(out.indices.allSatisfy { abs(out[$0] - variant.silence[$0 % 3]) < 2e-5 })
        }
    }

    @Test func a_second_is_126_frames_of_128_bands_and_3_channels() throws {
        for variant in CLARSpectraConfiguration.Variant.allCases {
            let spectra = try CLARSpectra(CLARSpectraConfiguration(variant))
            #expect(spectra.frames(samples: 16_000) == 126)
            #expect(spectra.samples(frames: 126) == 16_000)
            #expect(spectra.extract([Float](repeating: 0.1, count: 16_000)).count == 126 * 128 * 3)
            let shortest = variant.windowSamples / 2 + 1
            #expect(spectra.samples(frames: 1) == shortest)
            #expect(spectra.frames(samples: shortest) >= 1)
            #expect(spectra.extract([Float](repeating: 0.1, count: shortest - 1)).isEmpty)
            #expect(spectra.extract([]).isEmpty)
        }
    }

    @Test func many_threads_may_share_one_extractor() async throws {
        let spectra = try CLARSpectra()
        let samples = (0..<16_000).map { Float($0 % 97) / 97 - 0.5 }
        let expected = spectra.extract(samples)
        await withTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 { group.addTask { spectra.extract(samples) } }
            for await values in group { #expect(values == expected) }
        }
    }

    @Test func a_wrong_configuration_is_an_error_that_names_the_key() {
        let changes: [(String, (inout CLARSpectraConfiguration) -> Void)] = [
            ("hop_samples", { $0.hopSamples = 0 }), ("bands", { $0.bands = 0 }), ("bands", { $0.bands = 5000 }),
            ("bands", { ($0.variant, $0.bands) = (.paper, 130) }), ("high_hertz", { $0.highHertz = 9000 }),
            ("low_hertz", { $0.lowHertz = 0 }), ("low_hertz", { $0.lowHertz = .nan }),
            ("sample_rate", { $0.sampleRate = 0 }),
        ]
        for (key, change) in changes {
            var configuration = CLARSpectraConfiguration()
            change(&configuration)
            do {
                _ = try CLARSpectra(configuration)
                Issue.record("\(key) was accepted")
            } catch {
                #expect(error.description.hasPrefix(key))
            }
        }
    }
}
