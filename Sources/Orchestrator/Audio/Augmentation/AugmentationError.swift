/// Why an augmentation could not be made: one sentence that says what to change.
public enum AugmentationError: Error, CustomStringConvertible, Equatable {
    case ratioOutOfRange(name: String, ratio: Double, allowed: ClosedRange<Double>)
    case sampleRate(Int)
    case chain(step: String, reason: String)
    case outOfMemory

    public var description: String {
        switch self {
        case .ratioOutOfRange(let name, let ratio, let allowed):
            "a \(name) of \(ratio) is out of range; take one from \(allowed.lowerBound) to \(allowed.upperBound)"
        case .sampleRate(let rate):
            "pitch and duration cannot be changed at \(rate) Hz; take a sample rate from 1000 to 96000 Hz"
        case .chain(let step, let reason):
            "the augmentation “\(step)” cannot be used: \(reason)"
        case .outOfMemory:
            "there is no memory for the tables of the phase vocoder; free some and try again"
        }
    }
}
