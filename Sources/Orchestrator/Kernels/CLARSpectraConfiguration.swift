import Foundation

/// The parameters of CLAR's front end.
///
/// *Reference:* Al-Tahan, Mohsenzadeh, AISTATS 2021.
public struct CLARSpectraConfiguration: Codable, Sendable, Equatable {
    /// The variant of the front end: the paper and the code of its authors differ.
    public enum Variant: String, Codable, Sendable, CaseIterable {
        /// The authors' code. The window has 2048 samples. Channels 0 and 1 have logarithmic frequencies,
        /// low·(high/low)^(k/bands) Hz.
        case code
        /// The paper. The window has 256 samples (16 ms). Channels 0 and 1 have the frequencies of the FFT bins,
        /// without the highest bin.
        ///
        /// The paper does not say how its 128 mel bands are computed from 129 bins with a spacing of 62.5 Hz. Here, a
        /// mel band that lies between two bins contains no bin. Its value is the floor.
        case paper
    }

    public var variant = Variant.code
    /// The sample rate in Hz.
    public var sampleRate = 16_000
    /// The hop length in samples: the distance between the starts of two neighboring frames.
    public var hopSamples = 128
    /// The number of frequencies of the magnitude and of the phase. It is also the number of mel bands.
    public var bands = 128
    /// The lowest frequency of the mel bands and of the logarithmic frequencies, in Hz.
    public var lowHertz: Float = 40
    /// The highest frequency of the mel bands, and the upper limit of the logarithmic frequencies, in Hz.
    public var highHertz: Float = 8000

    public init() {}
    public init(_ variant: Variant) { self.variant = variant }
    package enum CodingKeys: String, CodingKey {
        case variant, bands
        case sampleRate = "sample_rate"
        case hopSamples = "hop_samples"
        case lowHertz = "low_hertz"
        case highHertz = "high_hertz"
    }
}

extension CLARSpectraConfiguration.Variant {
    /// The length of the periodic Hann window in samples. It is also the FFT size.
    public var windowSamples: Int { self == .code ? 2048 : 256 }
    /// The smallest magnitude |S|. The paper's formula 10·log10|S|² has no floor. The floor of 1e-5 (−100 dB) keeps the
    /// logarithm finite.
    public var magnitudeFloor: Double { 1e-5 }
    /// The smallest power of a mel band. In the variant `paper`, it is −100 dB, too.
    public var melFloor: Double { self == .code ? 1e-5 : 1e-10 }
    /// The number that is added to the magnitude in dB.
    public var magnitudeOffsetDB: Double { self == .code ? -20 : 0 }
    /// The number that is added to the mel bands in dB.
    public var melOffsetDB: Double { self == .code ? -10 : 0 }
    /// The magnitude, the phase and the mel bands of silence: (−120, 0, −60) for `code`, (−100, 0, −100) for `paper`.
    /// These are the smallest values of channels 0 and 2.
    public var silence: [Float] {
        [Float(20 * log10(magnitudeFloor) + magnitudeOffsetDB), 0, Float(10 * log10(melFloor) + melOffsetDB)]
    }
}

extension CLARSpectraConfiguration {
    /// Returns the smallest number of samples that gives `frames` frames.
    ///
    /// The reflection at the ends needs more than half a window of samples. If this is more than the frames need, the
    /// result is larger, and may give more than `frames` frames.
    public func samples(frames: Int) -> Int {
        frames < 1 ? 0 : max((frames - 1) * hopSamples, variant.windowSamples / 2 + 1)
    }

}
