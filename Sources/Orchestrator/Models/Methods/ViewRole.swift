/// What a view of a clip is for, and how it is cut.
package struct ViewRole: Sendable, Equatable {
    /// Where the view lies in its clip, unless every view lies at the beginning (`data.placement: start`).
    package enum Placement: Sendable {
        /// Anywhere.
        case anywhere
        /// Within `augmentation.positive_reach_seconds` of the first view; anywhere where that is 0.
        case nearAnchor
        /// Where the first view lies.
        case atAnchor
    }

    package let placement: Placement
    /// Whether white noise is added (`augmentation.positive_noise`).
    package var hasNoise = false
    /// The pitch is shifted by a ratio uniform in 1 ± this; nil: as `augmentation.pitch_shift` says.
    package var pitchShift: Float?

    static let anchor = ViewRole(placement: .anywhere)
    static let positive = ViewRole(placement: .nearAnchor, hasNoise: true)
    /// The anchor again, at another pitch; the batch holds the ratios.
    static func shiftedAnchor(by range: Float) -> ViewRole { ViewRole(placement: .atAnchor, pitchShift: range) }
}
