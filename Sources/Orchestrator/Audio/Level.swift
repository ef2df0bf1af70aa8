/// The level of a clip: x ← gain · x brings its root mean square to 0.0025, which for 10 s at 16 kHz is the unit
/// L2 norm of COLA's code, and for other lengths the same loudness.
public enum Level {
    /// The root mean square that clips are brought to.
    public static let target: Float = 0.0025

    /// √(mean x²), summed in double; 0 for no samples.
    public static func rms(_ samples: Span<Float>) -> Float {
        var meter = Meter()
        meter.add(samples)
        return meter.rms
    }

    public static func rms(_ samples: [Float]) -> Float { rms(samples.span) }

    /// target / max(rms, 1e-5): silence is not blown up to noise.
    public static func gain(rms: Float, target: Float = target) -> Float { target / max(rms, 1e-5) }

    /// The root mean square of samples that come block by block, with the bits that all at once give.
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
