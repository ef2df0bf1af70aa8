/// The views of one training step.
package struct ViewBatch: Sendable, Equatable {
    /// The number of the epoch, from 0.
    package let epoch: Int
    /// The number of the batch within the epoch, from 0.
    package let batch: Int
    /// The views, (views × B, frames, bands, channels): the anchors of all B clips, then their positives in the same
    /// order, then the anchors at another pitch.
    package internal(set) var views: [Float]
    /// The label of each clip; −1 if it has none.
    package let labels: [Int32]
    /// For each clip, the pitch of the shifted anchor divided by that of the anchor. Empty if there are no shifted
    /// anchors.
    package let ratios: [Float]
    /// The clips, as indices into the data set.
    package let clips: [Int]
}
