/// The views of one training step.
package struct ViewBatch: Sendable, Equatable {
    /// From 0 both; `batch` counts within the epoch.
    package let epoch: Int
    package let batch: Int
    /// (views × B, frames, bands, channels): the anchors of all B clips, then, in the same order, their positives, and
    /// then the anchors at another pitch.
    package internal(set) var views: [Float]
    /// One a clip; −1 where a clip has none.
    package let labels: [Int32]
    /// One a clip, where there are shifted anchors: of their pitch to the anchor's.
    package let ratios: [Float]
    /// Indices into the data set.
    package let clips: [Int]
}
