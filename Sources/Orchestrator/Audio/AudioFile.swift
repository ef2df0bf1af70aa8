/// Sound files: wav, flac, ogg, mp3, and what else libsndfile reads, of any rate and number of channels.
public enum AudioFile {
    /// By extension, whatever the case: a cheap filter for folders, no promise that the file decodes.
    public static func isAudioPath(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au", "caf", "w64"].contains(
            path[path.index(after: dot)...].lowercased())
    }

    /// Reads the header alone; of a file whose header leaves the length open, all of it, to count its frames.
    public static func info(_ path: String) throws(AudioError) -> AudioInfo {
        var reader = try SoundFileReader(path)
        return try reader.info()
    }

    /// The mean of the channels at `sampleRate`, in −1 … 1 as far as the file is.
    ///
    /// Only the part that is needed is decoded, with a margin for the resampler's filter, so that a part equals the same
    /// part of the whole (of ogg and mp3 also what comes before, which their decoders need). A range that reaches past the
    /// end gives as many samples as there are. The end is the file's own, not the one that its header promises.
    /// - Parameters:
    ///   - from: first sample, at `sampleRate`.
    ///   - count: samples, at `sampleRate`; nil: up to the end.
    ///   - warn: receives a sentence if the file lacks a part of what its header promises.
    public static func read(
        _ path: String, sampleRate: Int = 16_000, from: Int = 0, count: Int? = nil, warn: (String) -> Void = { _ in }
    ) throws(AudioError) -> [Float] {
        let reader = try SoundFileReader(path)
        let claimed = reader.frames.map { AudioInfo.frames($0, from: reader.sampleRate, to: sampleRate) } ?? 0
        var stream = try AudioStream(reader, sampleRate: sampleRate, from: from, count: count)
        var samples: [Float] = []
        // A header may claim anything: beyond a few minutes the array grows with what there is.
        samples.reserveCapacity(min(max(0, claimed - from), count ?? .max, 1 << 23))
        while try stream.readSome(appendingTo: &samples) {}
        if let shortfall = stream.shortfall { warn("\(shortfall)") }
        return samples
    }
}
