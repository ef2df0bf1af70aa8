import OssicleKernels

/// The front end that computes log-mel spectra: (frames, melBands), row-major.
///
///     out(t, m) = ln(max(Σ_k filter(m, k)·|X(t, k)|, floor))
///
/// X is the short-time Fourier transform with a periodic Hann window. Frame t starts at sample t·hop. Frames are not
/// centered, and samples are not padded. The filters are HTK triangles. They are linear in mel and have the peak 1. The
/// values of a frame depend only on its samples.
///
/// *Reference:* Saeed, Grangier, Zeghidour, “Contrastive Learning of General-Purpose Audio Representations”, ICASSP
/// 2021.
public final class LogMel: Sendable {
    public let configuration: LogMelConfiguration
    /// The size of the scratch memory that ``extract(_:into:scratch:)`` needs, in floats. Only one thread at a time may
    /// use a scratch memory.
    public let scratchCount: Int
    /// The number of values of one frame: the number of mel bands.
    public var valuesPerFrame: Int { configuration.melBands }
    private let kernel: LogMelKernel

    /// Computes the tables of the window, the FFT (twiddle factors) and the filters.
    ///
    /// - Throws: ``FeatureError/invalidValue(key:value:expected:)`` if the configuration is not valid, or if a mel band
    ///   contains no FFT bin.
    public init(_ configuration: LogMelConfiguration = LogMelConfiguration()) throws(FeatureError) {
        try configuration.validate()
        guard let kernel = LogMelKernel(configuration) else {
            throw .invalidValue(
                key: "mel_bands", value: "\(configuration.melBands)",
                expected: "so small that every band holds a bin of an FFT of \(configuration.fftSize) points")
        }
        self.configuration = configuration
        scratchCount = kernel.scratchCount
        self.kernel = kernel
    }

    /// Returns the number of frames, (samples − window) / hop + 1. It is 0 if there are fewer samples than one window.
    public func frames(samples: Int) -> Int {
        samples < configuration.windowSamples
            ? 0 : (samples - configuration.windowSamples) / configuration.hopSamples + 1
    }

    /// Returns the smallest number of samples that gives `frames` frames. For 96 frames, it is 15,600.
    public func samples(frames: Int) -> Int { configuration.samples(frames: frames) }

    /// Computes the spectra of `samples`.
    ///
    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · melBands` floats.
    ///   - scratch: at least ``scratchCount`` floats. They are overwritten.
    public func extract(
        _ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        precondition(
            output.count == frames(samples: samples.count) * configuration.melBands, "output must be (frames, mels)")
        precondition(scratch.count >= scratchCount, "scratch must hold scratchCount floats")
        kernel.run(samples, into: &output, scratch: &scratch)
    }
}
