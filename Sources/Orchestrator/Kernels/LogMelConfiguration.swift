/// The parameters of the log-mel front end.
///
/// *Reference:* Saeed, Grangier, Zeghidour, ICASSP 2021, §3.
public struct LogMelConfiguration: Sendable, Equatable {
    /// The sample rate in Hz.
    public var sampleRate = 16_000
    /// The length of the periodic Hann window in samples.
    public var windowSamples = 400
    /// The hop length in samples: the distance between the starts of two neighboring frames.
    public var hopSamples = 160
    /// The number of points of the FFT. The window is padded with zeros to this size.
    public var fftSize = 1024
    public var melBands = 64
    /// The lower end of the lowest mel band in Hz.
    public var lowHertz: Float = 60
    /// The upper end of the highest mel band in Hz.
    public var highHertz: Float = 7800
    /// The smallest value whose logarithm is taken. It replaces smaller values of mel bands.
    public var floor: Float = 1e-5

    public init() {}

    /// Returns the smallest number of samples that gives `frames` frames.
    public func samples(frames: Int) -> Int { frames < 1 ? 0 : windowSamples + (frames - 1) * hopSamples }

    /// The names of the parameters in recipes and messages.
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
