import Foundation
import OssicleBase

/// Shifts the pitch of a waveform and keeps its duration: every frequency f becomes `ratio` · f.
public struct PitchShift: Sendable, Equatable {
    public let ratio: Double

    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` beyond ``PitchMachine/ratios``.
    public init(ratio: Double) throws(AugmentationError) {
        self.ratio = try PitchMachine.checked(ratio, "pitch ratio")
    }

    /// A ratio uniform in `lowest` ..< `highest`.
    public static func draw(
        lowest: Float, highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> PitchShift {
        try PitchShift(ratio: PitchMachine.draw("pitch ratio", lowest, highest, from: &stream))
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
        machine.render(sound.count) { view, scratch in
            apply(to: sound.span, from: 0, into: &view, machine: machine, scratch: &scratch)
        }
    }
}

extension PitchShift: WaveformTransform {
    /// ratio = 2^(semitones / 12).
    static let semitones: ClosedRange<Float> = -15...15

    /// - Parameter withinRange: semitones within ``semitones``.
    init(withinRange semitones: Double) { ratio = Foundation.exp2(semitones / 12) }

    public var description: String {
        String(format: "pitch-shift: by %.2f semitones", 12 * Foundation.log2(ratio))
    }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        samples = apply(to: samples, machine: machine)
    }
}
