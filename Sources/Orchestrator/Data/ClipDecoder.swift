import OssicleAudio

/// A decoder of clips at one sample rate. It also measures their level. A long clip is never completely in memory.
struct ClipDecoder: Sendable {
    /// The sample rate in Hz.
    let sampleRate: Int
    /// The RMS level to which clips are scaled. 0: levels are not changed.
    let level: Float

    /// The result of one pass over a whole clip.
    struct Measured {
        var count: Int
        var gain: Float
        /// The scaled samples, if their number is within the limit.
        var samples: [Float]?
        var shortfall: AudioShortfall?
    }

    /// Decodes a whole clip in blocks and measures it.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - limit: the largest number of samples that are returned.
    func measure(_ path: String, collecting limit: Int) throws(AudioError) -> Measured {
        var stream = try AudioStream(path, sampleRate: sampleRate)
        var block: [Float] = []
        var collected: [Float]? = []
        var level = Level.Meter()
        while true {
            block.removeAll(keepingCapacity: true)
            guard try stream.readSome(appendingTo: &block) else { break }
            level.add(block.span)
            if let held = collected?.count, held + block.count > limit { collected = nil }
            collected?.append(contentsOf: block)
        }
        let gain = gain(rms: level.rms)
        return Measured(
            count: level.count, gain: gain, samples: collected.map { scaled($0, by: gain) },
            shortfall: stream.shortfall)
    }

    /// The scaled samples of a clip from sample `from` on.
    func part(_ path: String, from: Int = 0, count: Int? = nil, gain: Float) throws(AudioError) -> [Float] {
        scaled(try AudioFile.read(path, sampleRate: sampleRate, from: from, count: count), by: gain)
    }

    private func gain(rms: Float) -> Float { level == 0 ? 1 : Level.gain(rms: rms, target: level) }

    private func scaled(_ samples: consuming [Float], by gain: Float) -> [Float] {
        for i in samples.indices { samples[i] *= gain }
        return samples
    }
}

extension ClipStream {
    /// The stream of a recording that is read once. A recording of at most one minute is in memory. A longer one is
    /// decoded twice, in blocks: first to measure its level, then while it is read.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - sampleRate: the sample rate in Hz.
    ///   - level: the RMS level to which the recording is scaled. 0: the level is not changed.
    ///   - fail: is called with the reason if the recording cannot be read to its end.
    ///   - warn: is called if the file is cut off or damaged. The recording is used as far as it goes.
    package static func recording(
        _ path: String, sampleRate: Int, level: Float, fail: @escaping (_ reason: String) -> Void,
        warn: (AudioShortfall) -> Void = { _ in }
    ) throws(AudioError) -> ClipStream {
        let measured = try ClipDecoder(sampleRate: sampleRate, level: level)
            .measure(path, collecting: Int(ClipCachePlan.longestDecode * Double(sampleRate)))
        if let shortfall = measured.shortfall { warn(shortfall) }
        if let samples = measured.samples { return ClipStream(whole: samples) }
        return ClipStream(
            file: try AudioStream(path, sampleRate: sampleRate), count: measured.count, gain: measured.gain, drop: fail)
    }
}
