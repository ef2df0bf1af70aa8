import OssicleBase

/// Which samples of a clip a view shows, and the silence around them.
package struct Crop: Sendable, Equatable {
    /// First sample of the clip, and how many.
    package let from: Int
    package let count: Int
    /// Zeros before and after them.
    package let before: Int
    package let after: Int

    /// A place for `view` samples, uniform over all places within a clip of `clip` samples. A clip shorter than that is
    /// shown whole, in the middle.
    package static func draw(view: Int, clip: Int, from stream: inout RandomStream) -> Crop {
        guard clip > view else {
            let before = (view - clip) / 2
            return Crop(from: 0, count: clip, before: before, after: view - clip - before)
        }
        return Crop(from: stream.index(below: clip - view + 1), count: view, before: 0, after: 0)
    }

    /// The same, of the places that start within `reach` samples of where another crop of the clip does.
    package static func draw(
        view: Int, clip: Int, near other: Crop, reach: Int, from stream: inout RandomStream
    ) -> Crop {
        guard clip > view else { return draw(view: view, clip: clip, from: &stream) }
        let (first, last) = (max(0, other.from - reach), min(clip - view, other.from + reach))
        return Crop(from: first + stream.index(below: last - first + 1), count: view, before: 0, after: 0)
    }

    /// The beginning of the clip, padded behind.
    package static func start(view: Int, clip: Int) -> Crop {
        Crop(from: 0, count: min(view, clip), before: 0, after: max(0, view - clip))
    }

    /// `samples`, the ones of the crop, between its zeros.
    package func padded(_ samples: [Float]) -> [Float] {
        guard before + after > 0 else { return samples }
        return [Float](repeating: 0, count: before) + samples + [Float](repeating: 0, count: after)
    }
}
