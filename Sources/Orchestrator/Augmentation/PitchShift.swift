/// Shifts the pitch of a waveform and keeps its duration: every frequency f becomes `ratio` · f.
public struct PitchShift: Sendable, Equatable {
    public let ratio: Double

    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` beyond 0.5 … 2.
    public init(ratio: Double) throws(AugmentationError) {
        guard PitchMachine.ratios.contains(ratio) else {
            throw .ratioOutOfRange(name: "pitch ratio", ratio: ratio, allowed: PitchMachine.ratios)
        }
        self.ratio = ratio
    }

    /// A ratio uniform in `lowest` ..< `highest`.
    public static func draw(
        lowest: Float, highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> PitchShift {
        let bounds = (try PitchShift(ratio: Double(lowest)), try PitchShift(ratio: Double(highest)))
        return try PitchShift(ratio: Double(stream.uniform(Float(bounds.0.ratio), Float(bounds.1.ratio))))
    }

    /// Fills `view` with what the shifted sound is from sample `first` on; the sound around the view serves as context,
    /// as far as there is any, and what lies outside of it is silence.
    /// - Parameter scratch: ``PitchMachine/scratchCount(samples:)`` floats for the view; what they hold is overwritten.
    public func apply(
        to sound: Span<Float>, from first: Int, into view: inout MutableSpan<Float>, machine: PitchMachine,
        scratch: inout MutableSpan<Float>
    ) {
        machine.shift(sound, ratio: ratio, from: first, into: &view, scratch: &scratch)
    }

    /// The whole sound, as long as it was.
    public func apply(to sound: [Float], machine: PitchMachine) -> [Float] {
        var output = [Float](repeating: 0, count: sound.count)
        var scratch = [Float](repeating: 0, count: machine.scratchCount(samples: sound.count))
        var view = output.mutableSpan
        var scratchSpan = scratch.mutableSpan
        apply(to: sound.span, from: 0, into: &view, machine: machine, scratch: &scratchSpan)
        return output
    }
}
