import OssicleKernels

/// The front end that computes CLAR spectra: magnitude, phase and mel bands, (frames, bands, 3).
///
/// The channels are the innermost axis. For a 2-D encoder, the height is the number of frames, and the width is the
/// number of bands.
///
///     S(t, f)      = Σ_n w(n)·x(t·hop + n − window/2)·exp(−2πi·f·n / sampleRate)
///     out(t, k, 0) = 20·log10(max(|S(t, f_k)|, floor)) + offset                   dB
///     out(t, k, 1) = arg S(t, f_k)                                                radians, −π … π, unscaled
///     out(t, k, 2) = 10·log10(max(Σ_j filter(k, j)·|S(t, bin j)|², floor)) + offset   dB
///
/// Frame t has sample t·hop in its middle. The samples are reflected at both ends. w is a periodic Hann window. The
/// filters are those of Slaney, with an area of 1 in Hz. The phase of A·cos(2π·f·n / sampleRate + φ) is φ, if n is
/// counted from the first sample of the frame. The window, f_k, the floors and the offsets depend on the
/// ``CLARSpectraConfiguration/Variant``. The values of a frame depend only on the samples in its window.
///
/// Because of single precision, the error of S is about 1e-6 of the strongest frequency in the frame. For strong
/// frequencies, this is an error of 1e-5 dB. If |S| is much smaller than that of the strongest frequency, the error of
/// the phase is the error of S divided by |S|. If a sample is not finite, the frames that contain it are NaN.
///
/// *Reference:* Al-Tahan, Mohsenzadeh, “CLAR: Contrastive Learning of Auditory Representations”, AISTATS 2021.
public final class CLARSpectra: Sendable {
    /// The number of channels: magnitude, phase and mel bands.
    public static let channels = 3

    public let configuration: CLARSpectraConfiguration
    /// The size of the scratch memory that ``extract(_:into:scratch:)`` needs for any number of samples, in floats.
    /// Only one thread at a time may use a scratch memory.
    public let scratchCount: Int
    /// The number of values of one frame: bands · 3.
    public var valuesPerFrame: Int { configuration.bands * Self.channels }
    private let kernel: CLARSpectraKernel

    /// Computes the tables of the window, the sines and cosines, and the filters.
    ///
    /// - Throws: ``FeatureError/invalidValue(key:value:expected:)`` if the configuration is not valid, or if there is
    ///   not enough memory.
    public init(_ configuration: CLARSpectraConfiguration = CLARSpectraConfiguration()) throws(FeatureError) {
        try configuration.validate()
        guard let kernel = CLARSpectraKernel(configuration) else {
            throw .invalidValue(
                key: "bands", value: "\(configuration.bands)", expected: "so small that its tables fit into memory")
        }
        self.configuration = configuration
        scratchCount = kernel.scratchCount
        self.kernel = kernel
    }

    /// Returns the number of frames, 1 + samples / hop. For 1 s at 16 kHz, it is 126.
    ///
    /// It is 0 if there are at most half a window of samples, which is not enough for the reflection.
    public func frames(samples: Int) -> Int {
        samples <= configuration.variant.windowSamples / 2 ? 0 : 1 + samples / configuration.hopSamples
    }

    /// Returns the smallest number of samples that gives `frames` frames. For 126 frames, it is 16,000.
    ///
    /// The result is larger if the reflection needs more samples. It may then give more than `frames` frames.
    public func samples(frames: Int) -> Int { configuration.samples(frames: frames) }

    /// Computes the spectra of `samples`.
    ///
    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · valuesPerFrame` floats.
    ///   - scratch: at least ``scratchCount`` floats. They are overwritten.
    public func extract(
        _ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        precondition(
            output.count == frames(samples: samples.count) * valuesPerFrame, "output must be (frames, bands, 3)")
        precondition(scratch.count >= scratchCount, "scratch must hold scratchCount floats")
        kernel.run(samples, into: &output, scratch: &scratch)
    }
}
