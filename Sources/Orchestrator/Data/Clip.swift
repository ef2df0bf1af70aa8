/// One recording of a data set.
public struct Clip: Sendable, Equatable {
    /// The part of a published division to which a clip belongs.
    public enum Split: String, Sendable, Codable, CaseIterable {
        case train
        case validation
        case test
    }

    public let path: String
    /// The label, as an index into ``AudioDataset/classes``; nil if the clip has no label.
    public let label: Int?
    /// The part of the published division; nil if the layout does not name one.
    public let split: Split?
    /// The published fold, from 1.
    public let fold: Int?
    /// The group, for example the speaker or the instrument. Clips of one group must not be in both parts of a
    /// division.
    public let group: String?
    /// The MIDI note, if the layout contains it.
    public let pitch: Int?
    /// The duration of the file in seconds.
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

    /// The same recording with another label.
    package func labelled(_ label: Int?) -> Clip {
        Clip(path: path, label: label, split: split, fold: fold, group: group, pitch: pitch, seconds: seconds)
    }
}
