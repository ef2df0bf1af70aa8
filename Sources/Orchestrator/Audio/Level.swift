/// The level of a clip: x ← gain · x brings its root mean square to 0.0025, which for 10 s at 16 kHz is the unit
/// L2 norm of COLA's code, and for other lengths the same loudness.
public enum Level {
    /// The root mean square that clips are brought to.
    public static let target: Float = 0.0025

    /// √(mean x²), summed in double; 0 for no samples.
    public static func rms(_ samples: Span<Float>) -> Float {
        guard samples.count > 0 else { return 0 }
        var sum = 0.0
        for i in samples.indices { sum += Double(samples[i]) * Double(samples[i]) }
        return Float((sum / Double(samples.count)).squareRoot())
    }

    public static func rms(_ samples: [Float]) -> Float { rms(samples.span) }

    /// target / max(rms, 1e-5): silence is not blown up to noise.
    public static func gain(rms: Float, target: Float = target) -> Float { target / max(rms, 1e-5) }
}
