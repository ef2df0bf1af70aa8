import OssicleBase

/// Adds white noise: x ← x + deviation · N(0, 1).
public struct WhiteNoise: Sendable {
    public let deviation: Float
    /// Where the noise is drawn from; a copy of it draws the same noise again.
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
