/// The views of one training step.
public struct ViewBatch: Sendable, Equatable {
    /// From 0 both; `batch` counts within the epoch.
    public let epoch: Int
    public let batch: Int
    /// (views × B, frames, mel bands): the first views of all B clips, then, in the same order, the second ones.
    public internal(set) var views: [Float]
    /// One a clip; −1 where a clip has none.
    public let labels: [Int32]
    /// Indices into the data set.
    public let clips: [Int]
}
