import Foundation
import OssicleBase

/// An augmentation that makes a waveform `rate` times as fast and keeps its pitch.
public struct TimeStretch: Sendable, Equatable {
    public let rate: Double

    /// Creates a time stretching by a rate.
    ///
    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` if the rate is not in
    ///   ``PitchMachine/ratios``.
    public init(rate: Double) throws(AugmentationError) {
        self.rate = try PitchMachine.checked(rate, "stretching rate")
    }

    /// Draws a rate that is uniform from `lowest` to `highest`.
    ///
    /// - Throws: ``AugmentationError/ratioOutOfRange(name:ratio:allowed:)`` if one of them is not in
    ///   ``PitchMachine/ratios``.
    public static func draw(
        lowest: Float, highest: Float, from stream: inout RandomStream
    ) throws(AugmentationError) -> TimeStretch {
        try TimeStretch(rate: PitchMachine.draw("stretching rate", lowest, highest, from: &stream))
    }

    /// Computes the part of the stretched sound that begins at its sample `first`, and fills `view` with it.
    ///
    /// The stretched sound has sound.count / rate samples. After its end, there is silence.
    ///
    /// - Parameter scratch: at least ``PitchMachine/scratchCount(samples:)`` floats, for the number of samples of the
    ///   view. They are overwritten.
    public func apply(
        to sound: Span<Float>, from first: Int, into view: inout MutableSpan<Float>, machine: PitchMachine,
        scratch: inout MutableSpan<Float>
    ) {
        machine.stretch(sound, ratio: 1 / rate, from: first, into: &view, scratch: &scratch)
    }

    /// Returns the stretched sound. It is cropped, or padded with silence, to the length of `sound`.
    public func apply(to sound: [Float], machine: PitchMachine) -> [Float] {
        machine.render(sound.count) { view, scratch in
            apply(to: sound.span, from: 0, into: &view, machine: machine, scratch: &scratch)
        }
    }
}

extension TimeStretch: WaveformTransform {
    /// Creates a time stretching by a rate that is not checked.
    ///
    /// - Parameter withinRange: a rate in `PitchMachine.ratios`.
    init(withinRange rate: Double) { self.rate = rate }

    public var description: String { String(format: "time-stretch: %.3f times as fast", rate) }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        samples = apply(to: samples, machine: machine)
    }
}
