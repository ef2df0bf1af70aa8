import OssicleAudio

/// Decodes clips at one rate and finds their level, without holding a long one whole.
struct ClipDecoder: Sendable {
    /// Hz.
    let sampleRate: Int
    /// Root-mean-square that clips are scaled to; 0 leaves levels as they are.
    let level: Float

    /// What one pass over a whole clip finds.
    struct Measured {
        var count: Int
        var gain: Float
        /// The scaled samples, where there are no more than were to be collected.
        var samples: [Float]?
        var shortfall: AudioShortfall?
    }

    /// Decodes a clip block by block.
    ///
    /// - Parameter limit: the samples that are collected at most.
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

    /// The samples of a clip from `from` on, scaled.
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
    /// A recording that is wanted once: from memory if it is at most a minute long. A longer one is decoded twice, in blocks:
    /// for its level, and as it is read.
    ///
    /// - Parameters:
    ///   - sampleRate: Hz.
    ///   - level: root-mean-square that it is scaled to; 0 leaves its level as it is.
    ///   - fail: is told why the recording cannot be read to its end.
    package static func recording(
        _ path: String, sampleRate: Int, level: Float, fail: @escaping (_ reason: String) -> Void
    ) throws(AudioError) -> ClipStream {
        let measured = try ClipDecoder(sampleRate: sampleRate, level: level)
            .measure(path, collecting: Int(ClipCachePlan.longestDecode * Double(sampleRate)))
        if let samples = measured.samples { return ClipStream(whole: samples) }
        return ClipStream(
            file: try AudioStream(path, sampleRate: sampleRate), count: measured.count, gain: measured.gain, drop: fail)
    }
}
