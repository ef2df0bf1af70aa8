/// A computation of the encoder's input from a waveform.
///
/// The result is (frames, bands, channels), with the channels as the innermost axis. A front end is immutable, so that
/// threads can share it. Only one thread at a time may use a scratch memory.
public protocol FrontEnd: Sendable {
    /// The number of values of one frame: bands · channels.
    var valuesPerFrame: Int { get }
    /// The size of the scratch memory that ``extract(_:into:scratch:)`` needs for any number of samples, in floats.
    var scratchCount: Int { get }
    /// Returns the number of frames for a number of samples. It is 0 if there are too few samples for one frame.
    func frames(samples: Int) -> Int
    /// Returns the smallest number of samples that gives `frames` frames.
    func samples(frames: Int) -> Int
    /// Computes the frames of `samples`.
    ///
    /// - Parameters:
    ///   - output: exactly `frames(samples: samples.count) · valuesPerFrame` floats.
    ///   - scratch: at least ``scratchCount`` floats. They are overwritten.
    func extract(_ samples: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>)
}

extension FrontEnd {
    /// Computes the frames of `samples`, and returns them as a new array. It is empty if there are no frames.
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

/// A front end that returns the samples without a change. Each frame is one sample.
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
