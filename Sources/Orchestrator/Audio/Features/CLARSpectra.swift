import OssicleKernels

/// CLAR's time-frequency input: (frames, bands, 3), the channels innermost, as a 2-D encoder reads it with H = frames and
/// W = frequency.
///
///     S(t, f)      = Σ_n w(n)·x(t·hop + n − window/2)·exp(−2πi·f·n / sampleRate)
///     out(t, k, 0) = 20·log10(max(|S(t, f_k)|, floor)) + offset                   dB
///     out(t, k, 1) = arg S(t, f_k)                                                radians, −π … π, unscaled
///     out(t, k, 2) = 10·log10(max(Σ_j filter(k, j)·|S(t, bin j)|², floor)) + offset   dB
///
/// Frames are centred on sample t·hop and reflected at the ends; w is a periodic Hann window. The filters are Slaney's, of
/// area 1 in Hz. The phase of A·cos(2π·f·n / sampleRate + φ) is φ, n counted from the frame's first sample. Window, f_k,
/// floors and offsets belong to the ``CLARSpectraConfiguration/Variant``. A frame's values depend on the samples under its
/// window alone.
///
/// Single precision leaves about 1e-6 of a frame's strongest frequency in S, hence 1e-5 dB in what is strong; where |S|
/// is small beside it, the phase is uncertain by that error over |S|. A sample that is not finite makes its frames NaN.
/// *Reference:* Al-Tahan, Mohsenzadeh, “CLAR: Contrastive Learning of Auditory Representations”, AISTATS 2021.
public final class CLARSpectra: Sendable {
    /// Magnitude, phase, mel.
    public static let channels = 3

    public let configuration: CLARSpectraConfiguration
    /// Floats of scratch that ``extract(_:into:scratch:)`` needs, for any number of samples; scratch belongs to one thread
    /// at a time.
    public let scratchCount: Int
    /// Values of one frame: bands · 3.
    public var valuesPerFrame: Int { configuration.bands * Self.channels }
    private let kernel: CLARSpectraKernel

    /// Tabulates window, waves and filters.
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

    /// 1 + samples / hop, or 0 when the reflection needs more samples than there are: at most half a window.
    /// 126 for 1 s at 16 kHz.
    public func frames(samples: Int) -> Int {
        samples <= configuration.variant.windowSamples / 2 ? 0 : 1 + samples / configuration.hopSamples
    }

    /// The fewest samples that give `frames` frames, or more where so few cannot be reflected: 16,000 for 126.
    public func samples(frames: Int) -> Int { configuration.samples(frames: frames) }

    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · valuesPerFrame` floats.
    ///   - scratch: ``scratchCount`` floats or more; what they hold is overwritten.
    public func extract(
        _ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        precondition(
            output.count == frames(samples: samples.count) * valuesPerFrame, "output must be (frames, bands, 3)")
        precondition(scratch.count >= scratchCount, "scratch must hold scratchCount floats")
        kernel.run(samples, into: &output, scratch: &scratch)
    }
}
