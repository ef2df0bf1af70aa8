/// What a file's header says.
public struct AudioInfo: Sendable, Equatable {
    /// Hz.
    public let sampleRate: Int
    public let channels: Int
    /// Samples of one channel, at the file's own rate.
    public let frames: Int

    public var seconds: Double { Double(frames) / Double(sampleRate) }

    /// Samples of the whole file at another rate, rounded to nearest.
    public func frames(at rate: Int) -> Int { (2 * frames * rate + sampleRate) / (2 * sampleRate) }
}

/// Sound files: wav, flac, ogg, mp3, and what else libsndfile reads, of any rate and number of channels.
public enum AudioFile {
    /// By extension, whatever the case: a cheap filter for folders, no promise that the file decodes.
    public static func isAudioPath(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au", "caf", "w64"].contains(
            path[path.index(after: dot)...].lowercased())
    }

    /// Reads the header alone.
    public static func info(_ path: String) throws(AudioError) -> AudioInfo { try SoundFileReader(path).info }

    /// The mean of the channels at `sampleRate`, in −1 … 1 as far as the file is.
    ///
    /// Only the part that is needed is decoded, with a margin for the resampler's filter, so that a part equals the same
    /// part of the whole (of ogg and mp3 also what comes before, which their decoders need). A range that reaches past the end gives as many samples as there are.
    /// - Parameters:
    ///   - from: first sample, at `sampleRate`.
    ///   - count: samples, at `sampleRate`; nil: up to the end.
    public static func read(
        _ path: String, sampleRate: Int = 16_000, from: Int = 0, count: Int? = nil
    ) throws(AudioError) -> [Float] {
        precondition(sampleRate >= 1 && from >= 0 && (count ?? 0) >= 0, "rates and ranges are not negative")
        var reader = try SoundFileReader(path)
        let end = min(reader.info.frames(at: sampleRate), count.map { from + $0 } ?? .max)
        guard from < end else { return [] }
        if reader.info.sampleRate == sampleRate {
            var samples: [Float] = []
            samples.reserveCapacity(end - from)
            try reader.read(from..<end) { (block: Span<Float>) throws(AudioError) in
                for i in block.indices { samples.append(block[i]) }
            }
            return samples
        }
        return try resample(&reader, to: sampleRate, range: from..<end)
    }

    /// Longer than the resampler's filters, in samples at the lower of the two rates.
    private static let margin = 1_024

    private static func resample(
        _ reader: inout SoundFileReader, to rate: Int, range: Range<Int>
    ) throws(AudioError) -> [Float] {
        // Input k·down falls on output k·up exactly: starting there keeps the phase of the whole file.
        let info = reader.info
        let divisor = greatestCommonDivisor(info.sampleRate, rate)
        let up = rate / divisor
        let down = info.sampleRate / divisor
        let reach = margin * max(1, (rate + info.sampleRate - 1) / info.sampleRate)
        let start = max(0, range.lowerBound - reach) / up
        let last = min(info.frames, ((range.upperBound + reach) * down + up - 1) / up)
        let skip = range.lowerBound - start * up

        var resampler = try Resampler(
            path: reader.path, from: info.sampleRate, to: rate, dropping: skip, keeping: range.count)
        try reader.read(start * down..<last) { (block: Span<Float>) throws(AudioError) in
            try resampler.feed(block)
        }
        return try resampler.finish()
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
