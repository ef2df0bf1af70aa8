import OssicleBase

/// The samples of a clip that a view contains, and the zeros around them.
package struct Crop: Sendable, Equatable {
    /// The first sample of the clip.
    package let from: Int
    /// The number of samples of the clip.
    package let count: Int
    /// The number of zeros before the samples.
    package let before: Int
    /// The number of zeros after the samples.
    package let after: Int

    /// Draws a position for `view` samples, uniform over all positions in a clip of `clip` samples. A clip that is
    /// shorter than the view is used completely, in the middle of the view.
    package static func draw(view: Int, clip: Int, from stream: inout RandomStream) -> Crop {
        guard clip > view else {
            let before = (view - clip) / 2
            return Crop(from: 0, count: clip, before: before, after: view - clip - before)
        }
        return Crop(from: stream.index(below: clip - view + 1), count: view, before: 0, after: 0)
    }

    /// Draws a position as above, among the positions that start within `reach` samples of the start of another crop of
    /// the clip.
    package static func draw(
        view: Int, clip: Int, near other: Crop, reach: Int, from stream: inout RandomStream
    ) -> Crop {
        guard clip > view else { return draw(view: view, clip: clip, from: &stream) }
        let (first, last) = (max(0, other.from - reach), min(clip - view, other.from + reach))
        return Crop(from: first + stream.index(below: last - first + 1), count: view, before: 0, after: 0)
    }

    /// The beginning of the clip. If the clip is shorter than the view, zeros follow it.
    package static func start(view: Int, clip: Int) -> Crop {
        Crop(from: 0, count: min(view, clip), before: 0, after: max(0, view - clip))
    }

    /// Adds the zeros before and after `samples`, which are the samples of the crop.
    package func padded(_ samples: [Float]) -> [Float] {
        guard before + after > 0 else { return samples }
        return [Float](repeating: 0, count: before) + samples + [Float](repeating: 0, count: after)
    }
}
