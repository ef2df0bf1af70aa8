import OssicleBase

/// An augmentation that removes the highest bands of a spectrogram.
///
/// A recording with a low sample rate has no high bands, either. The encoder learns not to depend on the sample rate of
/// recordings.
public struct BandLimit: Sendable, Equatable {
    /// The number of bands that are kept, starting with the lowest band.
    public let bands: Int

    /// Draws the share of the kept bands. It is uniform in `lowest` … 1.
    ///
    /// - Parameter bands: the number of bands of the spectrogram.
    public static func draw(lowest: Float, bands: Int, from stream: inout RandomStream) -> BandLimit {
        BandLimit(bands: Int((stream.uniform(lowest, 1) * Float(bands)).rounded()))
    }

    /// Replaces the removed bands by `silence`.
    ///
    /// - Parameters:
    ///   - spectrogram: (frames, `count` bands, channels).
    ///   - silence: one value for each channel.
    public func apply(to spectrogram: inout MutableSpan<Float>, bands count: Int, silence: [Float]) {
        for frame in 0..<spectrogram.count / (count * silence.count) {
            for band in bands..<count {
                for channel in silence.indices {
                    spectrogram[(frame * count + band) * silence.count + channel] = silence[channel]
                }
            }
        }
    }
}
