/// The log-mel front end's parameters. *Reference:* Saeed, Grangier, Zeghidour, ICASSP 2021, §3.
public struct LogMelConfiguration: Sendable, Equatable {
    /// Hz.
    public var sampleRate = 16_000
    /// Samples under the periodic Hann window, and from one frame to the next.
    public var windowSamples = 400
    public var hopSamples = 160
    /// Points of the transform; the window is padded with zeros.
    public var fftSize = 1024
    public var melBands = 64
    public var lowHertz: Float = 60
    public var highHertz: Float = 7800
    /// Smallest mel value whose logarithm is taken.
    public var floor: Float = 1e-5

    public init() {}

    /// The fewest samples that give `frames` frames.
    public func samples(frames: Int) -> Int { frames < 1 ? 0 : windowSamples + (frames - 1) * hopSamples }

    /// The parameters' names in recipes and messages.
    package enum Key: String {
        case floor
        case sampleRate = "sample_rate"
        case windowSamples = "window_samples"
        case hopSamples = "hop_samples"
        case fftSize = "fft_size"
        case melBands = "mel_bands"
        case lowHertz = "low_hertz"
        case highHertz = "high_hertz"
    }
}
