/// Takes a waveform to what an encoder reads: (frames, bands, channels), channels innermost.
///
/// It is immutable and shared by threads; scratch belongs to one thread at a time.
public protocol FrontEnd: Sendable {
    /// bands · channels.
    var valuesPerFrame: Int { get }
    /// Floats of scratch that ``extract(_:into:scratch:)`` needs, for any number of samples.
    var scratchCount: Int { get }
    /// Frames of that many samples; 0 where there are too few for one.
    func frames(samples: Int) -> Int
    /// The fewest samples that give `frames` frames.
    func samples(frames: Int) -> Int
    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · valuesPerFrame` floats.
    ///   - scratch: ``scratchCount`` floats or more; what they hold is overwritten.
    func extract(_ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>)
}

extension FrontEnd {
    /// The same into a new array; empty where there is no frame.
    public func extract(_ samples: [Float]) -> [Float] {
        var output = [Float](repeating: 0, count: frames(samples: samples.count) * valuesPerFrame)
        var scratch = [Float](repeating: 0, count: scratchCount)
        var outputSpan = output.mutableSpan
        var scratchSpan = scratch.mutableSpan
        extract(samples.span, into: &outputSpan, scratch: &scratchSpan)
        return output
    }
}

extension LogMel: FrontEnd {}
extension CLARSpectra: FrontEnd {}

/// The samples themselves: a frame is one of them.
public struct Waveform: FrontEnd {
    public var valuesPerFrame: Int { 1 }
    public var scratchCount: Int { 0 }

    public init() {}
    public func frames(samples: Int) -> Int { samples }
    public func samples(frames: Int) -> Int { frames }

    public func extract(
        _ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        precondition(output.count == samples.count, "output must be the samples")
        for i in samples.indices { output[i] = samples[i] }
    }
}
