/// Functions for sound files: wav, flac, ogg, mp3, and the other formats that libsndfile reads.
///
/// Files can have any sample rate in ``AudioInfo/sampleRates`` and up to ``AudioInfo/mostChannels`` channels.
public enum AudioFile {
    /// Whether a path has the extension of a sound file, in upper or lower case.
    ///
    /// This is a fast filter for the files of a folder. It does not guarantee that the file can be decoded.
    public static func isAudioPath(_ path: String) -> Bool { AudioSuffix.isReadable(path) }

    /// Returns the sample rate, the number of channels and the length of a file.
    ///
    /// Only the header is read. If it does not state the length, the complete file is decoded to count its frames.
    ///
    /// - Throws: ``AudioError`` if the file cannot be read, or if its header is not supported.
    public static func info(_ path: String) throws(AudioError) -> AudioInfo {
        var reader = try SoundFileReader(path)
        return try reader.info()
    }

    /// Reads a file, or a part of it, as one channel: the mean of all channels, resampled to `sampleRate`.
    ///
    /// The samples are in −1 … 1 if those of the file are. A part that is read has the same samples as this part of the
    /// complete file. Only the part is decoded, with a margin for the filter of the resampler. For ogg and mp3, the
    /// samples before the part are decoded, too, because the decoders need them.
    ///
    /// If the part extends beyond the end of the file, the result has fewer samples. The end is the real end of the
    /// file, which can be before the end that the header states.
    ///
    /// - Parameters:
    ///   - from: the index of the first sample, at `sampleRate`.
    ///   - count: the number of samples, at `sampleRate`. If it is nil, the file is read to its end.
    ///   - warn: receives a sentence if the file is shorter than its header states, or if it is damaged.
    /// - Returns: the samples.
    /// - Throws: ``AudioError`` if the file cannot be read or decoded.
    public static func read(
        _ path: String, sampleRate: Int = 16_000, from: Int = 0, count: Int? = nil, warn: (String) -> Void = { _ in }
    ) throws(AudioError) -> [Float] {
        let reader = try SoundFileReader(path)
        let claimed = reader.frames.map { AudioInfo.frames($0, from: reader.sampleRate, to: sampleRate) } ?? 0
        var stream = try AudioStream(reader, sampleRate: sampleRate, from: from, count: count)
        var samples: [Float] = []
        // The length in the header may be wrong. The reservation is limited to 2²³ samples. For more samples, the array
        // grows while the file is read.
        samples.reserveCapacity(min(max(0, claimed - from), count ?? .max, 1 << 23))
        while try stream.readSome(appendingTo: &samples) {}
        if let shortfall = stream.shortfall { warn("\(shortfall)") }
        return samples
    }
}
