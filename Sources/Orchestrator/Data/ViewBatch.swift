/// The views of one training step.
public struct ViewBatch: Sendable, Equatable {
    /// From 0 both; `batch` counts within the epoch.
    public let epoch: Int
    public let batch: Int
    /// (views × B, frames, bands, channels): the anchors of all B clips, then, in the same order, their positives, and
    /// then the anchors at another pitch.
    public internal(set) var views: [Float]
    /// One a clip; −1 where a clip has none.
    public let labels: [Int32]
    /// One a clip, where there are shifted anchors: of their pitch to the anchor's.
    public let ratios: [Float]
    /// Indices into the data set.
    public let clips: [Int]
}
