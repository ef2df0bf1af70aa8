import Foundation
import OssicleBase

/// An augmentation that fades a sound in and out.
///
/// x(n) ← g(n / in) · x(n) at the beginning, and the same in reverse at the end, with
///
///     linear g(t) = t,   logarithmic g(t) = min(1, 1 + log₁₀(0.1 + t)),   exponential g(t) = t · 2^(t − 1)
///
/// g(0) = 0 and g(1) = 1.
public struct Fade: Sendable, Equatable {
    /// The shape of the gain.
    public enum Shape: String, Sendable, CaseIterable {
        case linear
        case logarithmic
        case exponential

        /// Returns g(t).
        ///
        /// - Parameter t: a number from 0 to 1.
        func gain(_ t: Float) -> Float {
            switch self {
            case .linear: t
            case .logarithmic: min(1, 1 + Foundation.log10(0.1 + t))
            case .exponential: t * Foundation.exp2(t - 1)
            }
        }
    }

    /// The number of samples at the beginning that are changed. Fade-in and fade-out may overlap.
    public let fadeIn: Int
    /// The number of samples at the end that are changed.
    public let fadeOut: Int
    public let shape: Shape

    /// Draws the lengths and the shape. The lengths are shares of `count` samples, and are uniform in their ranges. All
    /// shapes have the same probability.
    public static func draw(
        _ fadeIn: ClosedRange<Float>, _ fadeOut: ClosedRange<Float>, count: Int, from stream: inout RandomStream
    ) -> Fade {
        func samples(_ range: ClosedRange<Float>) -> Int {
            Int((stream.uniform(range.lowerBound, range.upperBound) * Float(count)).rounded())
        }
        let (first, last) = (samples(fadeIn), samples(fadeOut))
        return Fade(
            fadeIn: first, fadeOut: last, shape: Shape.allCases[stream.index(below: Shape.allCases.count)])
    }

    public func apply(to samples: inout MutableSpan<Float>) {
        let count = samples.count
        // The first sample becomes 0. The gain reaches 1 at the first sample that is not changed.
        for i in 0..<min(fadeIn, count) { samples[i] *= shape.gain(Float(i) / Float(fadeIn)) }
        for i in 0..<min(fadeOut, count) { samples[count - 1 - i] *= shape.gain(Float(i) / Float(fadeOut)) }
    }
}

extension Fade: WaveformTransform {
    public var description: String { "fade: \(fadeIn) samples in, \(fadeOut) out, \(shape.rawValue)" }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        var span = samples.mutableSpan
        apply(to: &span)
    }
}
