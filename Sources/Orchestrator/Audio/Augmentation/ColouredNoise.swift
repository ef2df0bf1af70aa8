import Foundation
import OssicleBase

/// An augmentation that adds noise b with a given signal-to-noise ratio r: x ← x + rms(x) / rms(b) · 10^(−r/20) · b.
///
/// If x is silent, it does not change. Above 20 Hz, the power of the noise decreases by 0 dB (white), 3 dB (pink) or
/// 6 dB (brown) per octave. Below 20 Hz, the spectrum is flat, so that inaudible frequencies do not have most of the
/// power.
public struct ColouredNoise: Sendable {
    /// The spectrum of the noise.
    public enum Colour: String, Sendable, CaseIterable {
        case white
        case brown
        case pink
    }

    public let colour: Colour
    /// The signal-to-noise ratio r in decibels.
    public let ratioDB: Float
    /// The source of the noise. Each call of ``apply(to:sampleRate:)`` uses a copy of it and adds the same noise.
    public let stream: RandomStream
    private static let corner = 20.0

    /// Adds the noise.
    public func apply(to samples: inout MutableSpan<Float>, sampleRate: Int) {
        let level = Level.rms(samples.span)
        guard level > 0 else { return }
        let noise = noise(samples.count, sampleRate: sampleRate)
        let noiseLevel = Level.rms(noise)
        guard noiseLevel > 0 else { return }
        let gain = level / noiseLevel * Foundation.pow(10, -ratioDB / 20)
        for i in samples.indices { samples[i] += gain * noise[i] }
    }

    private func noise(_ count: Int, sampleRate: Int) -> [Float] {
        var noise = [Float](repeating: 0, count: count)
        var stream = stream
        var span = noise.mutableSpan
        stream.addNormals(deviation: 1, to: &span)
        func coefficient(_ hertz: Double) -> Float { Float(Foundation.exp(-2 * .pi * hertz / Double(sampleRate))) }
        switch colour {
        case .white: break
        case .brown: Self.filter(&span, pole: coefficient(Self.corner), zero: 0)
        case .pink:
            // From each pole to its zero, the spectrum decreases by 6 dB per octave. From the zero to the next pole, it
            // is flat. The average is 3 dB per octave.
            var hertz = Self.corner
            while hertz < Double(sampleRate) / 2 {
                Self.filter(
                    &span, pole: coefficient(hertz), zero: coefficient(hertz * 3.0.squareRoot()))
                hertz *= 3
            }
        }
        return noise
    }

    /// Applies the filter y(n) = p·y(n − 1) + x(n) − z·x(n − 1).
    ///
    /// For white input, the first output has the same deviation as later outputs.
    private static func filter(_ x: inout MutableSpan<Float>, pole: Float, zero: Float) {
        guard x.count > 0 else { return }
        // For white input with a variance of 1, the variance of the output is 1 + (p − z)² / (1 − p²).
        var before = x[0]
        var y = x[0] * (1 + (pole - zero) * (pole - zero) / (1 - pole * pole)).squareRoot()
        x[0] = y
        for n in 1..<x.count {
            let now = x[n]
            y = pole * y + now - zero * before
            before = now
            x[n] = y
        }
    }
}

extension ColouredNoise: WaveformTransform {
    public var description: String { "\(colour.rawValue) noise: \(ratioDB) dB below the sound" }

    public func apply(to samples: inout [Float], machine: PitchMachine) {
        var span = samples.mutableSpan
        apply(to: &span, sampleRate: machine.sampleRate)
    }
}
