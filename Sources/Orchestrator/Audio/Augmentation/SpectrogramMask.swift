import OssicleBase

/// An augmentation that masks ranges of frames or ranges of mel bands in a spectrogram.
///
/// Masked values are replaced by the mean of their channel, which is a neutral value for an encoder that normalizes its
/// activations. The floor of the logarithm (silence) is an extreme value. It would look like a sound event and would
/// change the statistics of the batch.
///
/// *Reference:* Park et al., "SpecAugment", Interspeech 2019. In the paper, inputs have a mean of 0, and masked values
/// are 0.
public struct SpectrogramMask: Sendable, Equatable {
    /// The axis of the masked ranges.
    public enum Axis: Sendable {
        case time
        case frequency
    }

    public let axis: Axis
    /// The masked ranges of frames or of mel bands.
    public let ranges: [Range<Int>]

    /// Draws `count` ranges. Ranges may overlap.
    ///
    /// - Parameters:
    ///   - longest: the largest length of a range. The length is uniform in 0 … `longest`, and at most `length`.
    ///   - length: the number of frames or of mel bands of the spectrogram. The position of a range is uniform.
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

    /// Replaces the values in the masked ranges.
    ///
    /// - Parameters:
    ///   - spectrogram: (frames, `bands`, channels).
    ///   - values: the new value for each channel.
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

    /// Returns the mean of each channel over all frames and bands.
    package static func means(_ spectrogram: Span<Float>, channels: Int) -> [Float] {
        (0..<channels).map { channel in
            var sum = 0.0
            for i in stride(from: channel, to: spectrogram.count, by: channels) { sum += Double(spectrogram[i]) }
            return Float(sum / Double(spectrogram.count / channels))
        }
    }
}
