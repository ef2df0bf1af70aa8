/// One recording of a data set.
public struct Clip: Sendable, Equatable {
    /// The part of an official division that a clip belongs to.
    public enum Split: String, Sendable, Codable, CaseIterable {
        case train
        case validation
        case test
    }

    public let path: String
    /// Index into ``AudioDataset/classes``; nil where the layout has no labels.
    public let label: Int?
    public let split: Split?
    /// Official fold, from 1.
    public let fold: Int?
    /// What must not be on both sides of a division: the speaker, the instrument.
    public let group: String?
    /// MIDI note, where the layout says one.
    public let pitch: Int?
    /// Length of the file in seconds at its own rate.
    public let seconds: Double

    public init(
        path: String, label: Int? = nil, split: Split? = nil, fold: Int? = nil, group: String? = nil,
        pitch: Int? = nil, seconds: Double
    ) {
        self.path = path
        self.label = label
        self.split = split
        self.fold = fold
        self.group = group
        self.pitch = pitch
        self.seconds = seconds
    }

    /// The same recording under another label.
    package func labelled(_ label: Int?) -> Clip {
        Clip(path: path, label: label, split: split, fold: fold, group: group, pitch: pitch, seconds: seconds)
    }
}
