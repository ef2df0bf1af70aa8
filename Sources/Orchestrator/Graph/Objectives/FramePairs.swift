/// The pairs of views that the frame loss compares. Z, Z⁺ and Z̃ are the frames of the anchor, of the positive and of
/// the pitch-shifted anchor.
public enum FramePairs: String, Codable, Sendable, CaseIterable {
    /// ℓ(Z, Z̃): the same sound at two pitches, as described in the paper.
    case cross
    /// The mean of ℓ(Z, Z), ℓ(Z⁺, Z⁺) and ℓ(Z̃, Z̃), as in the released configuration.
    case `self`
    /// The mean of `cross` and `self`.
    case both

    /// The numbers (0, 1 or 2) of the compared views, and the weight of each comparison. The weights sum to 1.
    var comparisons: [(first: Int, second: Int, weight: Float)] {
        let own = (0..<3).map { (first: $0, second: $0, weight: Float(1) / 3) }
        switch self {
        case .cross: return [(0, 2, 1)]
        case .`self`: return own
        case .both: return [(0, 2, 0.5)] + own.map { ($0.first, $0.second, $0.weight / 2) }
        }
    }
}
