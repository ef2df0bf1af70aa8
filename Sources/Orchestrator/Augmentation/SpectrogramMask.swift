/// Hides bands of frames (in time) or of mels (in frequency) of a log-mel spectrogram.
///
/// What is hidden gets the spectrogram's own mean: the neutral value for an encoder that normalises its activations. The
/// floor of the logarithm, silence, would be an event of its own, at the far end of the scale, and would shift the batch's
/// statistics. *Reference:* Park et al., "SpecAugment", Interspeech 2019 (whose inputs have zero mean, and masks are 0).
public struct SpectrogramMask: Sendable, Equatable {
    public enum Axis: Sendable {
        case time
        case frequency
    }

    public let axis: Axis
    /// Hidden frames or mel bands.
    public let ranges: [Range<Int>]

    /// `count` ranges of 0 … `longest` out of `length`; both length and place are uniform, and ranges may overlap.
    public static func draw(
        _ axis: Axis, count: Int, longest: Int, length: Int, from stream: inout RandomStream
    ) -> SpectrogramMask {
        let ranges = (0..<count).map { _ in
            let width = stream.index(below: min(longest, length) + 1)
            let start = stream.index(below: length - width + 1)
            return start..<start + width
        }
        return SpectrogramMask(axis: axis, ranges: ranges)
    }

    /// Hides the ranges with `value`. The spectrogram is (frames, `bands`).
    public func apply(to spectrogram: inout MutableSpan<Float>, bands: Int, value: Float) {
        let frames = spectrogram.count / bands
        for range in ranges {
            let (rows, columns) = axis == .time ? (range, 0..<bands) : (0..<frames, range)
            for row in rows {
                for column in columns { spectrogram[row * bands + column] = value }
            }
        }
    }
}
