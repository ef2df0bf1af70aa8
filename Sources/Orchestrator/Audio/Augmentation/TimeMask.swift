import OssicleBase

/// An augmentation that replaces a part of a waveform by silence or by white noise.
public struct TimeMask: Sendable {
    /// The samples that replace the part.
    public enum Filling: Sendable {
        case silence
        /// White noise with a given deviation. Each call of ``TimeMask/apply(to:)`` uses a copy of the stream and
        /// therefore the same noise.
        case noise(deviation: Float, RandomStream)
    }

    /// The samples that are replaced.
    public let range: Range<Int>
    public let filling: Filling

    /// Draws the part and its filling. The position is uniform. Silence and noise have the same probability.
    ///
    /// - Parameters:
    ///   - length: the range of the length, as a share of `count` samples. The length is uniform in this range.
    ///   - deviation: the standard deviation of the noise.
    ///   - count: the number of samples of the waveform.
    public static func draw(
        length: ClosedRange<Float>, deviation: Float, count: Int, from stream: inout RandomStream
    ) -> TimeMask {
        let part = stream.uniform(length.lowerBound, length.upperBound)
        let width = min(count, Int((part * Float(count)).rounded()))
        let start = stream.index(below: count - width + 1)
        let isNoise = stream.uniform() < 0.5
        return TimeMask(
            range: start..<start + width, filling: isNoise ? .noise(deviation: deviation, stream) : .silence)
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        for i in range { samples[i] = 0 }
        guard case .noise(let deviation, var stream) = filling else { return }
        var noise = [Float](repeating: 0, count: range.count)
        var span = noise.mutableSpan
        stream.addNormals(deviation: deviation, to: &span)
        for i in noise.indices { samples[range.lowerBound + i] = noise[i] }
    }
}

extension TimeMask: WaveformTransform {
    public var description: String {
        let name =
            switch filling {
            case .silence: "silence"
            case .noise(let deviation, _): "noise of deviation \(deviation)"
            }
        return "time-mask: \(name) for samples \(range.lowerBound) to \(range.upperBound)"
    }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        var span = samples.mutableSpan
        apply(to: &span)
    }
}
