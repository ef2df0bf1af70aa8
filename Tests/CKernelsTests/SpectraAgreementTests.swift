import CKernels
import Foundation
import Testing

/// Compares `ck_spectra` with its reference implementation, and with the known spectra of tones and angles.
extension KernelTests {
    @Suite struct SpectraAgreementTests {
        typealias Subject = SpectraTests

        /// Configurations with a number of samples. They include incomplete vectors of frames for every vector width,
        /// incomplete blocks of eight bands, a hop that is longer than the window, linear frequencies up to the Nyquist
        /// frequency, and transforms whose last pass has 4 or 8 points.
        static let cases: [(ck_spectra_config, samples: Int)] = [
            (Subject.code, 128 * 4 + 1030),
            (Subject.paper, 128 * 68 + 17),
            (
                Subject.changed(Subject.code) {
                    ($0.window, $0.hop, $0.bands, $0.low_hertz) = (64, 100, 13, 500)
                    $0.sample_rate = 22_050
                }, 100 * 32 + 99
            ),
            (Subject.changed(Subject.paper) { ($0.window, $0.hop, $0.bands) = (32, 7, 17) }, 17),
            (Subject.changed(Subject.paper) { ($0.window, $0.hop, $0.bands) = (16, 5, 3) }, 5 * 14),
            (Subject.changed(Subject.code) { ($0.window, $0.hop, $0.bands) = (512, 161, 24) }, 161 * 8),
        ]

        /// Σ w·|x| for every frame. The rounding error of a sum is relative to this value.
        static func weights(_ c: ck_spectra_config, _ x: Floats, _ samples: Int) -> [Double] {
            stride(from: 0, through: samples, by: c.hop).map { centre in
                (0..<c.window).reduce(0) { sum, n in
                    let i = abs(centre + n - c.window / 2)
                    let value = x[i < samples ? i : 2 * (samples - 1) - i]
                    return sum + (0.5 - 0.5 * cos(2 * .pi * Double(n) / Double(c.window))) * abs(Double(value))
                }
            }
        }

        /// The absolute difference divided by the tolerance. It is infinite if the difference is NaN.
        static func share(_ difference: Double, of tolerance: Double) -> Double {
            difference.isNaN ? .infinity : abs(difference) / tolerance
        }

        @Test func every_instruction_set_agrees_with_the_definition_in_double() throws {
            for (index, (configuration, samples)) in Self.cases.enumerated() {
                var c = configuration
                let x = LogMelTests.brownNoise(samples, seed: UInt64(index + 1))
                for i in 0..<samples { x[i] *= 100 }
                let frames = 1 + samples / c.hop
                var expected = [Double](repeating: 0, count: frames * c.bands * 3)
                var spectrum = [Double](repeating: 0, count: frames * c.bands * 2)
                ck_spectra_reference(&c, samples, x.pointer, &expected, &spectrum)
                let weights = Self.weights(c, x, samples)
                try forEachInstructionSet { name in
                    let out = try Subject.run(c, x.pointer, samples)
                    try #require(out.count == expected.count)
                    var worst = [0.0, 0.0, 0.0]
                    for i in 0..<frames * c.bands {
                        // The rounding error of a sum of N/2 terms grows like √N. The table and the rotation add a few
                        // roundings.
                        let delta = Agreement.eps * (8 + Double(c.window).squareRoot()) * weights[i / c.bands]
                        let size = max(hypot(spectrum[2 * i], spectrum[2 * i + 1]), c.magnitude_floor)
                        // The ulp of a value of 120 dB is 8e-6. The error of the logarithm is multiplied by 4.3, but
                        // the logarithm is smaller.
                        let magnitude = 20 * log10(1 + delta / size) + 2e-5
                        let phase = delta < size / 2 ? 1.1 * delta / size + 3e-7 + 2 * Agreement.eps : .pi
                        // The sum of the weights of a mel band is less than 1. Therefore the sum of weight·|X| is at
                        // most √power.
                        let power = pow(10, (expected[3 * i + 2] - c.mel_offset) / 10)
                        let mel = 10 * log10(1 + (2 * delta * power.squareRoot() + delta * delta) / power) + 2e-5
                        let turn = remainder(Double(out[3 * i + 1]) - expected[3 * i + 1], 2 * .pi)
                        worst[0] = max(worst[0], Self.share(Double(out[3 * i]) - expected[3 * i], of: magnitude))
                        worst[1] = max(worst[1], Self.share(turn, of: phase))
                        worst[2] = max(worst[2], Self.share(Double(out[3 * i + 2]) - expected[3 * i + 2], of: mel))
                    }
                    #expect(worst.allSatisfy { $0 <= 1 }, "\(name), configuration \(index): \(worst) of the tolerance")
                }
            }
        }

        /// A·cos(ω·i + φ) with a Hann window of N samples has |S| = A·N/4 at its frequency. The phase of S is the phase
        /// of the tone at the first sample of the frame.
        @Test func a_tone_at_a_frequency_has_its_peak_level_and_phase_there() throws {
            let samples = 6000
            let frame = 20
            try forEachInstructionSet { name in
                for k in stride(from: 0, to: 128, by: 3) {
                    let step = 2 * Double.pi * 40 * pow(200, Double(k) / 128) / 16_000
                    let x = Floats(samples) { Float(0.3 * cos(step * Double($0) + 0.7)) }
                    let out = try Subject.run(Subject.code, x.pointer, samples)
                    let row = (0..<128).map { out[(frame * 128 + $0) * 3] }
                    #expect(row.indices.max { row[$0] < row[$1] } == k, "\(name)")
                    // The mirror image of the tone is at least 10 bins away, and contributes less than 1e-3.
                    #expect(abs(Double(row[k]) - (20 * log10(0.3 * 512) - 20)) < 0.01, "\(name), \(k)")
                    let expected = step * Double(frame * 128 - 1024) + 0.7
                    let turn = remainder(Double(out[(frame * 128 + k) * 3 + 1]) - expected, 2 * .pi)
                    #expect(abs(turn) < 1e-3, "\(name), \(k)")
                }
            }
        }

        /// The input has two samples in a window of 16. In bin 1, x(c) = −re has the weight 1 and the factor −1, and
        /// x(c − 4) = −2·im has the weight ½ and the factor −i. Thus S = re + i·im, with an error of 1e-16 of each
        /// part.
        @Test func the_angle_is_good_to_three_ten_millionths() throws {
            let config = Subject.changed(Subject.paper) { ($0.window, $0.hop, $0.bands) = (16, 16, 2) }
            let angles = (-1000...1000).map { Double($0) / 1000 * .pi } + [1e-7, -1e-7, 1e-20, 3.14159]
            let radii = [1.0, 1e-15, 1e15]
            let points =
                angles.flatMap { angle in
                    radii.map { (Float($0 * cos(angle)), Float($0 * sin(angle))) }
                } + [(0, 1), (0, -1), (1, 0), (-1, 0), (-1, 1e-38), (1, 1), (-1, -1)] as [(Float, Float)]
            let x = Floats(16 * (points.count + 2))
            for (i, point) in points.enumerated() {
                x[16 * (i + 1)] = -point.0
                x[16 * (i + 1) - 4] = -2 * point.1
            }
            try forEachInstructionSet { name in
                let out = try Subject.run(config, x.pointer, x.count)
                for (i, point) in points.enumerated() {
                    let angle = Double(out[(i + 1) * 6 + 4])
                    let error = remainder(angle - atan2(Double(point.1), Double(point.0)), 2 * .pi)
                    #expect(abs(error) <= 3e-7, "\(name): \(point) \(angle)")
                    #expect(abs(angle) <= Double(Float.pi.nextUp))  // π as a float
                }
            }
        }
    }
}
