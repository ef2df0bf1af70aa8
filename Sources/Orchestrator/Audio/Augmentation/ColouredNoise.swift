import Foundation
import OssicleBase

/// Adds noise at a signal-to-noise ratio: x ← x + rms(x) / rms(b) · 10^(−r/20) · b. Silence stays silent.
///
/// The power of the noise b falls by 0 (white), 3 (pink) or 6 dB (brown) an octave above 20 Hz; below, it is flat, for what
/// is not heard should not take the power.
public struct ColouredNoise: Sendable {
    public enum Colour: String, Sendable, CaseIterable {
        case white
        case brown
        case pink
    }

    public let colour: Colour
    public let ratioDB: Float
    /// Where the noise is drawn from; a copy of it draws the same noise again.
    public let stream: RandomStream
    private static let corner = 20.0

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
            // Down by 6 dB an octave from each pole to its zero, and flat from there to the next pole: 3 on average.
            var hertz = Self.corner
            while hertz < Double(sampleRate) / 2 {
                Self.filter(
                    &span, pole: coefficient(hertz), zero: coefficient(hertz * 3.0.squareRoot()))
                hertz *= 3
            }
        }
        return noise
    }

    /// y(n) = p·y(n − 1) + x(n) − z·x(n − 1); the first output has the deviation that later ones have.
    private static func filter(_ x: inout MutableSpan<Float>, pole: Float, zero: Float) {
        guard x.count > 0 else { return }
        // Variance for white input: 1 + (p − z)² / (1 − p²).
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
