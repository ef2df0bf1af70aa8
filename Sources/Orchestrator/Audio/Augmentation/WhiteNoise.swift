import OssicleBase

/// An augmentation that adds white noise to a waveform: x ← x + deviation · N(0, 1).
public struct WhiteNoise: Sendable {
    /// The standard deviation of the noise.
    public let deviation: Float
    /// The source of the noise. Each call of ``apply(to:)`` uses a copy of it and adds the same noise.
    public let stream: RandomStream

    public init(deviation: Float, stream: RandomStream) {
        self.deviation = deviation
        self.stream = stream
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        var stream = stream
        stream.addNormals(deviation: deviation, to: &samples)
    }
}
