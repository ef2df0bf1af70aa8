/// Inputs of a loss that a training step fills from its batch.
public enum Feed: Sendable {
    /// The label of each view's clip, (views), 32-bit integers; below 0 where a clip has none.
    case labels
    /// The ratio of the pitch of each clip's shifted anchor to its anchor's, (clips).
    case pitchRatios
}
