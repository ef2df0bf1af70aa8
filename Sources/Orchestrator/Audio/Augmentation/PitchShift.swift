import Foundation
import OssicleBase

/// An augmentation that shifts the pitch of a waveform and keeps its duration: each frequency f becomes `ratio` · f.
public struct PitchShift: Sendable, Equatable {
    public let ratio: Double

    /// Creates a pitch shift by a ratio.
    ///
    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` if the ratio is not in
    ///   ``PitchMachine/ratios``.
    public init(ratio: Double) throws(AugmentationError) {
        self.ratio = try PitchMachine.checked(ratio, "pitch ratio")
    }

    /// Draws a ratio that is uniform from `lowest` to `highest`.
    ///
    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` if one of them is not in
    ///   ``PitchMachine/ratios``.
    public static func draw(
        lowest: Float, highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> PitchShift {
        try PitchShift(ratio: PitchMachine.draw("pitch ratio", lowest, highest, from: &stream))
    }

    /// Computes the part of the shifted sound that begins at sample `first`, and fills `view` with it.
    ///
    /// The samples of the sound before and after the view are used as context. Outside of the sound, there is silence.
    ///
    /// - Parameter scratch: at least ``PitchMachine/scratchCount(samples:)`` floats, for the number of samples of the
    ///   view. They are overwritten.
    public func apply(
        to sound: Span<Float>, from first: Int, into view: inout MutableSpan<Float>, machine: PitchMachine,
        scratch: inout MutableSpan<Float>
    ) {
        machine.shift(sound, ratio: ratio, from: first, into: &view, scratch: &scratch)
    }

    /// Returns the shifted sound. It has the same length as `sound`.
    public func apply(to sound: [Float], machine: PitchMachine) -> [Float] {
        machine.render(sound.count) { view, scratch in
            apply(to: sound.span, from: 0, into: &view, machine: machine, scratch: &scratch)
        }
    }
}

extension PitchShift: WaveformTransform {
    /// The supported numbers of semitones. The ratio is 2^(semitones / 12).
    static let semitones: ClosedRange<Float> = -15...15

    /// Creates a pitch shift by a number of semitones.
    ///
    /// - Parameter withinRange: a number in `semitones`. It is not checked.
    init(withinRange semitones: Double) { ratio = Foundation.exp2(semitones / 12) }

    public var description: String {
        String(format: "pitch-shift: by %.2f semitones", 12 * Foundation.log2(ratio))
    }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        samples = apply(to: samples, machine: machine)
    }
}
