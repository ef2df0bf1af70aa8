/// Takes the highest bands away from a log-mel spectrogram, as a low sample rate does: an encoder shall not depend on the
/// recorder's.
public struct BandLimit: Sendable, Equatable {
    /// Bands that are left, from the lowest on.
    public let bands: Int

    /// A part uniform in `lowest` … 1 of `bands` mel bands.
    public static func draw(lowest: Float, bands: Int, from stream: inout RandomStream) -> BandLimit {
        BandLimit(bands: Int((stream.uniform(lowest, 1) * Float(bands)).rounded()))
    }

    /// The spectrogram is (frames, `count` bands); what is taken away gets `silence`, the logarithm of the floor.
    public func apply(to spectrogram: inout MutableSpan<Float>, bands count: Int, silence: Float) {
        for frame in 0..<spectrogram.count / count {
            for band in bands..<count { spectrogram[frame * count + band] = silence }
        }
    }
}
