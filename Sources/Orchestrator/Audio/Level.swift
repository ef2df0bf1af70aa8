/// Functions that normalize the RMS level of a clip: x ← gain · x.
///
/// The RMS level after the normalization is 0.0025. For a clip of 10 s at 16 kHz, the L2 norm is then 1, as in the code
/// of COLA. Clips of other lengths get the same loudness.
public enum Level {
    /// The RMS level of clips after the normalization.
    public static let target: Float = 0.0025

    /// Returns the RMS level √(mean x²), with a sum in double precision. It is 0 if there are no samples.
    public static func rms(_ samples: Span<Float>) -> Float {
        var meter = Meter()
        meter.add(samples)
        return meter.rms
    }

    /// Returns the RMS level √(mean x²), with a sum in double precision. It is 0 if there are no samples.
    public static func rms(_ samples: [Float]) -> Float { rms(samples.span) }

    /// Returns the gain target / max(rms, 1e-5). Because of the limit of 1e-5, silence is not amplified to noise.
    public static func gain(rms: Float, target: Float = target) -> Float { target / max(rms, 1e-5) }

    /// The RMS level of samples that arrive in blocks. It has the same bits as the level of all samples at once.
    package struct Meter {
        package private(set) var count = 0
        private var sum = 0.0

        package init() {}

        package mutating func add(_ samples: Span<Float>) {
            for i in samples.indices { sum += Double(samples[i]) * Double(samples[i]) }
            count += samples.count
        }

        package var rms: Float { count == 0 ? 0 : Float((sum / Double(count)).squareRoot()) }
    }
}
