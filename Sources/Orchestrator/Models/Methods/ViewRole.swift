/// The role of a view of a clip: its position, noise and pitch shift.
public struct ViewRole: Sendable, Equatable {
    /// The position of the view in its clip. If `data.placement` is `start`, all views are at the beginning instead.
    public enum Placement: Sendable {
        /// A random position.
        case anywhere
        /// A position within `augmentation.positive_reach_seconds` of the first view, or a random position if that key
        /// is 0.
        case nearAnchor
        /// The position of the first view.
        case atAnchor
    }

    /// The position of the view.
    public let placement: Placement
    /// Whether white noise is added (`augmentation.positive_noise`).
    public let hasNoise: Bool
    /// The range of the pitch shift: the ratio is uniform in 1 ± this value. nil: `augmentation.pitch_shift` is the
    /// range.
    public let pitchShift: Float?

    public init(placement: Placement, hasNoise: Bool = false, pitchShift: Float? = nil) {
        self.placement = placement
        self.hasNoise = hasNoise
        self.pitchShift = pitchShift
    }

    /// A view at a random position.
    public static let anchor = ViewRole(placement: .anywhere)
    /// A view near the first one, with noise.
    public static let positive = ViewRole(placement: .nearAnchor, hasNoise: true)
    /// The anchor again, with another pitch. The batch contains the ratios of the pitches.
    public static func shiftedAnchor(by range: Float) -> ViewRole { ViewRole(placement: .atAnchor, pitchShift: range) }
}
