import OssicleBase

/// A change of a whole waveform that keeps its length: drawn once and then applied, so that what happened can be told and
/// done again.
public protocol WaveformTransform: Sendable, CustomStringConvertible {
    /// - Parameter machine: changes pitch and duration, where the transform does.
    func apply(to samples: inout [Float], machine: PitchMachine)
}

/// The transforms by name, with the parameters that they are drawn by.
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
        /// The range of the paper, taken where a chain names none.
        public let published: ClosedRange<Float>
        /// What a range may lie in.
        public let allowed: ClosedRange<Float>
    }

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

    /// - Parameters:
    ///   - ranges: one a parameter, in their order.
    ///   - count: samples of the waveform.
    ///   - stream: of this transform alone; noise is drawn from what is left of it.
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
