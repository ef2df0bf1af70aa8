/// An input of a loss that a training step fills from its batch.
public enum Feed: Sendable {
    /// The label of each view's clip, (views), as 32-bit integers. A value below 0 means that the clip has no label.
    case labels
    /// The pitch of each clip's shifted anchor divided by the pitch of its anchor, (clips).
    case pitchRatios
}
