/// What a view of a clip is for, and how it is cut.
public struct ViewRole: Sendable, Equatable {
    /// Where the view lies in its clip, unless every view lies at the beginning (`data.placement: start`).
    public enum Placement: Sendable {
        /// Anywhere.
        case anywhere
        /// Within `augmentation.positive_reach_seconds` of the first view; anywhere where that is 0.
        case nearAnchor
        /// Where the first view lies.
        case atAnchor
    }

    public let placement: Placement
    /// Whether white noise is added (`augmentation.positive_noise`).
    public let hasNoise: Bool
    /// The pitch is shifted by a ratio uniform in 1 ± this; nil: as `augmentation.pitch_shift` says.
    public let pitchShift: Float?

    public init(placement: Placement, hasNoise: Bool = false, pitchShift: Float? = nil) {
        self.placement = placement
        self.hasNoise = hasNoise
        self.pitchShift = pitchShift
    }

    /// A view from anywhere in its clip.
    public static let anchor = ViewRole(placement: .anywhere)
    /// A view near the first one, with noise.
    public static let positive = ViewRole(placement: .nearAnchor, hasNoise: true)
    /// The anchor again, at another pitch; the batch holds the ratios.
    public static func shiftedAnchor(by range: Float) -> ViewRole { ViewRole(placement: .atAnchor, pitchShift: range) }
}
