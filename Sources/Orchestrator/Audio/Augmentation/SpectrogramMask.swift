import OssicleBase

/// Hides bands of frames (in time) or of mels (in frequency) of a spectrogram.
///
/// What is hidden gets its channel's own mean: the neutral value for an encoder that normalises its activations. The
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

    /// Hides the ranges with `values`, one a channel. The spectrogram is (frames, `bands`, channels).
    public func apply(to spectrogram: inout MutableSpan<Float>, bands: Int, values: [Float]) {
        let frames = spectrogram.count / (bands * values.count)
        for range in ranges {
            let (rows, columns) = axis == .time ? (range, 0..<bands) : (0..<frames, range)
            for row in rows {
                for column in columns {
                    for channel in values.indices {
                        spectrogram[(row * bands + column) * values.count + channel] = values[channel]
                    }
                }
            }
        }
    }

    /// Of every channel, over all frames and bands.
    package static func means(_ spectrogram: Span<Float>, channels: Int) -> [Float] {
        (0..<channels).map { channel in
            var sum = 0.0
            for i in stride(from: channel, to: spectrogram.count, by: channels) { sum += Double(spectrogram[i]) }
            return Float(sum / Double(spectrogram.count / channels))
        }
    }
}
