import OssicleBase

/// A transform of a complete waveform that keeps its length.
///
/// Its parameters are drawn before it is applied. The description contains the parameters, and the transform can be
/// applied again.
public protocol WaveformTransform: Sendable, CustomStringConvertible {
    /// Applies the transform.
    ///
    /// - Parameter machine: changes the pitch and the duration, if the transform needs that.
    func apply(to samples: inout [Float], machine: PitchMachine)
}

/// The names of the waveform transforms, and the parameters with which they are drawn.
public enum WaveformTransformKind: String, Sendable, CaseIterable {
    case fade
    case timeMask = "time-mask"
    case timeStretch = "time-stretch"
    case pitchShift = "pitch-shift"
    case timeShift = "time-shift"
    case whiteNoise = "white-noise"
    case mixedNoise = "mixed-noise"

    /// A number that is drawn uniformly from a range.
    public struct Parameter: Sendable, Equatable {
        public let name: String
        public let unit: String
        /// The range of the paper. It is used if a chain does not give a range.
        public let published: ClosedRange<Float>
        /// The limits of a range in a chain.
        public let allowed: ClosedRange<Float>
    }

    /// The parameters of the transform.
    ///
    /// *Reference:* Al-Tahan, Mohsenzadeh, "CLAR: contrastive learning of auditory representations", AISTATS 2021, §3.
    public var parameters: [Parameter] {
        func parameter(
            _ name: String, _ unit: String, _ published: ClosedRange<Float>, in allowed: ClosedRange<Float>
        ) -> Parameter {
            Parameter(name: name, unit: unit, published: published, allowed: allowed)
        }
        switch self {
        case .fade:
            return [
                parameter("in", "of the length", 0...0.5, in: 0...1),
                parameter("out", "of the length", 0...0.5, in: 0...1),
            ]
        case .timeMask:
            return [
                parameter("length", "of the length", 0...0.125, in: 0...1),
                parameter("deviation", "of the noise", 0.01...0.01, in: 0...1),
            ]
        case .timeStretch:
            let rates = PitchMachine.ratios
            return [
                parameter("rate", "times as fast", 0.5...1.5, in: Float(rates.lowerBound)...Float(rates.upperBound))
            ]
        case .pitchShift: return [parameter("semitones", "semitones", -15...15, in: PitchShift.semitones)]
        case .timeShift: return [parameter("shift", "of the length", -0.5...0.5, in: -1...1)]
        case .whiteNoise, .mixedNoise: return [parameter("snr", "dB", 0...20, in: -60...120)]
        }
    }

    /// Draws a transform.
    ///
    /// - Parameters:
    ///   - ranges: the range of each parameter, in the order of `parameters`.
    ///   - count: the number of samples of the waveform.
    ///   - stream: a stream that only this transform uses. Noise is drawn from the rest of the stream.
    func draw(_ ranges: [ClosedRange<Float>], count: Int, from stream: inout RandomStream) -> any WaveformTransform {
        func value(_ place: Int) -> Float { stream.uniform(ranges[place].lowerBound, ranges[place].upperBound) }
        switch self {
        case .fade: return Fade.draw(ranges[0], ranges[1], count: count, from: &stream)
        case .timeMask: return TimeMask.draw(length: ranges[0], deviation: value(1), count: count, from: &stream)
        case .timeStretch: return TimeStretch(withinRange: Double(value(0)))
        case .pitchShift: return PitchShift(withinRange: Double(value(0)))
        case .timeShift: return TimeShift(samples: Int((value(0) * Float(count)).rounded()))
        case .whiteNoise: return ColouredNoise(colour: .white, ratioDB: value(0), stream: stream)
        case .mixedNoise:
            let ratio = value(0)
            let colour = ColouredNoise.Colour.allCases[stream.index(below: ColouredNoise.Colour.allCases.count)]
            return ColouredNoise(colour: colour, ratioDB: ratio, stream: stream)
        }
    }
}
