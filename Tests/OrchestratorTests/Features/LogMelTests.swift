import Foundation
import Orchestrator
import Testing

@Suite struct LogMelTests {
    private struct Golden: Decodable {
        let frames: Int
        let bands: Int
        let scale: Double
        let samples: [Int]
        let logmel: [Double]
    }

    @Test func values_agree_with_an_independent_implementation_in_numpy() throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/logmel", withExtension: "json"))
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        let logMel = try LogMel()
        let values = logMel.extract(golden.samples.map { Float(Double($0) * golden.scale) })
        #expect(values.count == golden.frames * golden.bands && golden.bands == logMel.configuration.melBands)
        // The error in single precision is about 1e-6 of the strongest bin. 1e-4 in log units allows a range of 60 dB
        // below this bin.
        let worst = zip(values, golden.logmel).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst < 1e-4)
    }

    @Test func a_view_of_96_frames_is_15_600_samples() throws {
        let logMel = try LogMel()
        #expect(logMel.samples(frames: 96) == 15_600)
        #expect(logMel.frames(samples: 15_600) == 96)
        #expect(logMel.frames(samples: 15_599) == 95)
        #expect(logMel.frames(samples: 399) == 0)
        #expect(logMel.extract([]).isEmpty)
    }

    @Test func a_tone_is_loudest_in_the_band_around_it() throws {
        let logMel = try LogMel()
        for hertz in [300.0, 1_000, 4_000] {
            let tone = (0..<400).map { Float(0.01 * sin(2 * .pi * hertz * Double($0) / 16_000)) }
            let values = logMel.extract(tone)
            let mel = { (f: Double) in 1127 * log(1 + f / 700) }
            let step = (mel(7_800) - mel(60)) / 65
            let expected = (mel(hertz) - mel(60)) / step - 1
            let loudest = try #require(values.indices.max { values[$0] < values[$1] })
            #expect(abs(Double(loudest) - expected) <= 0.75)  // half a band, and the width of the tone
        }
    }

    @Test func many_threads_may_share_one_extractor() async throws {
        let logMel = try LogMel()
        let samples = (0..<16_000).map { Float($0 % 97) / 97 - 0.5 }
        let expected = logMel.extract(samples)
        await withTaskGroup(of: [Float].self) { group in
            for _ in 0..<8 { group.addTask { logMel.extract(samples) } }
            for await values in group { #expect(values == expected) }
        }
    }

    @Test func a_wrong_configuration_is_an_error_that_names_the_key() {
        let changes: [(String, (inout LogMelConfiguration) -> Void)] = [
            ("fft_size", { $0.fftSize = 1000 }), ("window_samples", { $0.windowSamples = 2000 }),
            ("hop_samples", { $0.hopSamples = 0 }), ("mel_bands", { $0.melBands = 500 }),
            ("high_hertz", { $0.highHertz = 9000 }), ("low_hertz", { $0.lowHertz = 7800 }),
            ("floor", { $0.floor = 0 }), ("sample_rate", { $0.sampleRate = 0 }),
        ]
        for (key, change) in changes {
            var configuration = LogMelConfiguration()
            change(&configuration)
            do {
                _ = try LogMel(configuration)
                Issue.record("\(key) was accepted")
            } catch {
                #expect(error.description.hasPrefix(key))
            }
        }
    }
}
