import OssicleBase

/// An augmentation that keeps one part of a waveform and replaces the rest by silence.
///
/// In downstream tasks, most recordings are shorter than a view and are padded with zeros. This augmentation creates
/// similar views for training.
public struct Trim: Sendable, Equatable {
    /// The samples that are kept.
    public let kept: Range<Int>

    /// Draws the part that is kept. Its length is a share of `count` samples that is uniform in `shortest` … 1. Its
    /// position is uniform.
    public static func draw(shortest: Float, count: Int, from stream: inout RandomStream) -> Trim {
        let length = min(count, Int((stream.uniform(shortest, 1) * Float(count)).rounded()))
        let start = stream.index(below: count - length + 1)
        return Trim(kept: start..<start + length)
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        for i in 0..<kept.lowerBound { samples[i] = 0 }
        for i in kept.upperBound..<samples.count { samples[i] = 0 }
    }
}
