/// Whose frames the frame loss compares; Z, Z⁺, Z̃ are the frames of anchor, positive and pitch-shifted anchor.
public enum FramePairs: String, Codable, Sendable, CaseIterable {
    /// ℓ(Z, Z̃): the same sound at another pitch, as the paper words it.
    case cross
    /// Mean of ℓ(Z, Z), ℓ(Z⁺, Z⁺), ℓ(Z̃, Z̃), as the released configuration has it.
    case `self`
    /// Mean of the two.
    case both

    /// Views compared, by their number (0, 1, 2), and the weight of each comparison; weights sum to 1.
    var comparisons: [(first: Int, second: Int, weight: Float)] {
        let own = (0..<3).map { (first: $0, second: $0, weight: Float(1) / 3) }
        switch self {
        case .cross: return [(0, 2, 1)]
        case .`self`: return own
        case .both: return [(0, 2, 0.5)] + own.map { ($0.first, $0.second, $0.weight / 2) }
        }
    }
}
