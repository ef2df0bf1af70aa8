import Foundation
import OssicleBase

/// Plays a waveform `rate` times as fast and keeps its pitch.
public struct TimeStretch: Sendable, Equatable {
    public let rate: Double

    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` beyond ``PitchMachine/ratios``.
    public init(rate: Double) throws(AugmentationError) {
        self.rate = try PitchMachine.checked(rate, "stretching rate")
    }

    /// A rate uniform in `lowest` ..< `highest`.
    public static func draw(
        lowest: Float, highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> TimeStretch {
        try TimeStretch(rate: PitchMachine.draw("stretching rate", lowest, highest, from: &stream))
    }

    /// Fills `view` with what the stretched sound is from sample `first` of its own on. Behind its end, at
    /// sound.count / rate, there is silence.
    /// - Parameter scratch: ``PitchMachine/scratchCount(samples:)`` floats for the view; what they hold is overwritten.
    public func apply(
        to sound: Span<Float>, from first: Int, into view: inout MutableSpan<Float>, machine: PitchMachine,
        scratch: inout MutableSpan<Float>
    ) {
        machine.stretch(sound, ratio: 1 / rate, from: first, into: &view, scratch: &scratch)
    }

    /// The sound from its beginning, cropped or padded with silence to the length that it had.
    public func apply(to sound: [Float], machine: PitchMachine) -> [Float] {
        machine.render(sound.count) { view, scratch in
            apply(to: sound.span, from: 0, into: &view, machine: machine, scratch: &scratch)
        }
    }
}

extension TimeStretch: WaveformTransform {
    /// - Parameter withinRange: a rate within ``PitchMachine/ratios``.
    init(withinRange rate: Double) { self.rate = rate }

    public var description: String { String(format: "time-stretch: %.3f times as fast", rate) }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        samples = apply(to: samples, machine: machine)
    }
}
