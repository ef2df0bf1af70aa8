import OssicleKernels

/// Log-mel spectra: (frames, melBands), row by row.
///
///     out(t, m) = ln(max(Σ_k filter(m, k)·|X(t, k)|, floor))
///
/// X is the short-time Fourier transform under a periodic Hann window, without centring or padding: frame t starts at
/// sample t·hop. The filters are HTK triangles, linear in mel, with peak 1. A frame's values depend on its samples alone.
/// *Reference:* Saeed, Grangier, Zeghidour, “Contrastive Learning of General-Purpose Audio Representations”, ICASSP 2021.
public final class LogMel: Sendable {
    public let configuration: LogMelConfiguration
    /// Floats of scratch that ``extract(_:into:scratch:)`` needs; scratch belongs to one thread at a time.
    public let scratchCount: Int
    public var valuesPerFrame: Int { configuration.melBands }
    private let kernel: LogMelKernel

    /// Tabulates window, twiddle factors and filters.
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

    /// (samples − window) / hop + 1, or 0 when not even one window fits.
    public func frames(samples: Int) -> Int {
        samples < configuration.windowSamples
            ? 0 : (samples - configuration.windowSamples) / configuration.hopSamples + 1
    }

    /// The fewest samples that give `frames` frames: 15,600 for 96.
    public func samples(frames: Int) -> Int { configuration.samples(frames: frames) }

    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · melBands` floats.
    ///   - scratch: ``scratchCount`` floats or more; what they hold is overwritten.
    public func extract(
        _ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        precondition(
            output.count == frames(samples: samples.count) * configuration.melBands, "output must be (frames, mels)")
        precondition(scratch.count >= scratchCount, "scratch must hold scratchCount floats")
        kernel.run(samples, into: &output, scratch: &scratch)
    }
}
