import OssicleBase

/// Silences what lies outside of one part of a waveform: most recordings that an encoder is used on are shorter than a
/// view and stand between zeros.
public struct Trim: Sendable, Equatable {
    /// The samples that are kept.
    public let kept: Range<Int>

    /// A part uniform in `shortest` … 1 of `count` samples, anywhere.
    public static func draw(shortest: Float, count: Int, from stream: inout RandomStream) -> Trim {
        let length = Int((stream.uniform(shortest, 1) * Float(count)).rounded())
        let start = stream.index(below: count - length + 1)
        return Trim(kept: start..<start + length)
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        for i in 0..<kept.lowerBound { samples[i] = 0 }
        for i in kept.upperBound..<samples.count { samples[i] = 0 }
    }
}
