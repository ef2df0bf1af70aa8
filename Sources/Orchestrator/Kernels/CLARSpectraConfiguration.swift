import Foundation

/// The parameters of CLAR's front end. *Reference:* Al-Tahan, Mohsenzadeh, AISTATS 2021.
public struct CLARSpectraConfiguration: Codable, Sendable, Equatable {
    /// Where the paper and its authors' code part.
    public enum Variant: String, Codable, Sendable, CaseIterable {
        /// A window of 2048 samples; channels 0 and 1 at logarithmic frequencies, low·(high/low)^(k/bands) Hz.
        case code
        /// A window of 256 samples (16 ms); channels 0 and 1 at the transform's bins, of which the highest is dropped.
        /// The paper does not say how its 128 mel bands come out of 129 bins, 62.5 Hz apart: those that lie between two
        /// bins hold none, and are the floor.
        case paper
    }

    public var variant = Variant.code
    /// Hz.
    public var sampleRate = 16_000
    /// Samples from one frame to the next.
    public var hopSamples = 128
    /// Frequencies of the magnitude and the phase, and mel bands.
    public var bands = 128
    /// Hz: the mel bands' range, and the logarithmic frequencies'.
    public var lowHertz: Float = 40
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
    /// Samples under the periodic Hann window, all of which are transformed.
    public var windowSamples: Int { self == .code ? 2048 : 256 }
    /// Least |S|. The paper's 10·log10|S|² has none; 1e-5, −100 dB, keeps it finite.
    public var magnitudeFloor: Double { 1e-5 }
    /// Least power of a mel band: in the paper's variant it too is −100 dB.
    public var melFloor: Double { self == .code ? 1e-5 : 1e-10 }
    public var magnitudeOffsetDB: Double { self == .code ? -20 : 0 }
    public var melOffsetDB: Double { self == .code ? -10 : 0 }
    /// Magnitude, phase and mel of silence: (−120, 0, −60) or (−100, 0, −100), the least values of channels 0 and 2.
    public var silence: [Float] {
        [Float(20 * log10(magnitudeFloor) + magnitudeOffsetDB), 0, Float(10 * log10(melFloor) + melOffsetDB)]
    }
}

extension CLARSpectraConfiguration {
    /// The fewest samples that give `frames` frames, or more where so few cannot be reflected.
    public func samples(frames: Int) -> Int {
        frames < 1 ? 0 : max((frames - 1) * hopSamples, variant.windowSamples / 2 + 1)
    }

}
