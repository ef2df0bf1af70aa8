import OssicleBase

/// Takes the highest bands away from a spectrogram, as a low sample rate does: an encoder shall not depend on the
/// recorder's.
public struct BandLimit: Sendable, Equatable {
    /// Bands that are left, from the lowest on.
    public let bands: Int

    /// A part uniform in `lowest` … 1 of `bands` mel bands.
    public static func draw(lowest: Float, bands: Int, from stream: inout RandomStream) -> BandLimit {
        BandLimit(bands: Int((stream.uniform(lowest, 1) * Float(bands)).rounded()))
    }

    /// The spectrogram is (frames, `count` bands, channels); what is taken away gets `silence`, a value a channel.
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
