extension LogMel {
    /// The number of frames that are computed at once.
    private static let blockFrames = 1_000

    /// Computes the spectrum of a sound file in blocks, with memory that does not depend on the length of the file. The
    /// frames are those of the whole file.
    ///
    /// - Parameters:
    ///   - path: the path of the file. It is resampled to the sample rate of the front end.
    ///   - warn: receives a sentence if the file is shorter than its header states, or if it is damaged.
    ///   - receive: receives the frames in order, (frames, melBands) for any number of frames.
    /// - Returns: the number of frames.
    /// - Throws: ``AudioError`` if the file cannot be read or decoded, and the errors of `receive`.
    public func extract(
        file path: String, warn: (String) -> Void = { _ in }, receive: (_ frames: [Float]) throws -> Void
    ) throws -> Int {
        var stream = try AudioStream(path, sampleRate: configuration.sampleRate)
        var held: [Float] = []
        // The number of samples before the next frame that were not read yet. It is above 0 if the hop is longer than
        // the window.
        var skipped = 0
        var count = 0
        func compute() throws {
            let ready = frames(samples: max(0, held.count - skipped))
            guard ready > 0 else { return }
            if skipped > 0 { held.removeFirst(skipped) }
            try receive(extract(held))
            let used = min(ready * configuration.hopSamples, held.count)
            held.removeFirst(used)
            skipped = ready * configuration.hopSamples - used
            count += ready
        }
        while try stream.readSome(appendingTo: &held) {
            if held.count - skipped >= samples(frames: Self.blockFrames) { try compute() }
        }
        try compute()
        if let shortfall = stream.shortfall { warn("\(shortfall)") }
        return count
    }
}
