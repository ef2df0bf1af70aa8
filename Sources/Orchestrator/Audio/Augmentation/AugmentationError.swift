/// An error in the parameters of an augmentation. The description is one sentence and says what to change.
public enum AugmentationError: Error, CustomStringConvertible, Equatable {
    /// A pitch ratio or a stretching rate is out of range.
    case ratioOutOfRange(name: String, ratio: Double, allowed: ClosedRange<Double>)
    /// The sample rate is not supported by pitch shifting and time stretching.
    case sampleRate(Int)
    /// A step of an ``AugmentationChain`` is not valid.
    case chain(step: String, reason: String)
    case outOfMemory

    public var description: String {
        switch self {
        case .ratioOutOfRange(let name, let ratio, let allowed):
            "a \(name) of \(ratio) is out of range; use a value from \(allowed.lowerBound) to \(allowed.upperBound)"
        case .sampleRate(let rate):
            "pitch shifting and time stretching do not support \(rate) Hz; use a sample rate from 1000 to 96000 Hz"
        case .chain(let step, let reason):
            "the augmentation “\(step)” cannot be used: \(reason)"
        case .outOfMemory:
            "there is not enough memory for the tables of the phase vocoder; free some memory and try again"
        }
    }
}
