import Foundation
import OssicleBase

/// Lets a sound come in and go out: x(n) ← g(n / in) · x(n) at its beginning, and mirrored at its end, with
///
///     linear g(t) = t,   logarithmic g(t) = min(1, 1 + log₁₀(0.1 + t)),   exponential g(t) = t · 2^(t − 1)
///
/// g(0) = 0 and g(1) = 1.
public struct Fade: Sendable, Equatable {
    public enum Shape: String, Sendable, CaseIterable {
        case linear
        case logarithmic
        case exponential

        /// - Parameter t: 0 … 1.
        func gain(_ t: Float) -> Float {
            switch self {
            case .linear: t
            case .logarithmic: min(1, 1 + Foundation.log10(0.1 + t))
            case .exponential: t * Foundation.exp2(t - 1)
            }
        }
    }

    /// Samples at the beginning and at the end that are changed; they may overlap.
    public let fadeIn: Int
    public let fadeOut: Int
    public let shape: Shape

    /// Lengths as parts of `count` samples, uniform in their ranges; all shapes are equally likely.
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
        // The first sample is silent, and the sample behind the last changed one would have the gain 1.
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
