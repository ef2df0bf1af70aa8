/// A sound with a label, an onset and an offset.
public struct SoundEvent: Sendable, Equatable, Codable {
    /// The time at which the sound begins, in seconds from the beginning of the recording.
    public var onset: Double
    /// The time at which the sound ends, in seconds from the beginning of the recording. It is not before ``onset``.
    public var offset: Double
    public var label: String

    public init(onset: Double, offset: Double, label: String) {
        precondition(onset <= offset, "an event ends after it begins")
        self.onset = onset
        self.offset = offset
        self.label = label
    }

    /// The duration of the sound in seconds.
    public var seconds: Double { offset - onset }
}

extension Sequence<SoundEvent> {
    /// Returns the events, sorted by onset. Events with the same onset are sorted by offset, then by label.
    public func inOrder() -> [SoundEvent] {
        sorted { ($0.onset, $0.offset, $0.label) < ($1.onset, $1.offset, $1.label) }
    }

    /// Merges overlapping events with the same label, and returns the result sorted by onset.
    ///
    /// Events without a duration are omitted. Events that only touch each other are not merged.
    package func merged() -> [SoundEvent] {
        var result: [SoundEvent] = []
        var last: [String: Int] = [:]
        for event in inOrder() where event.seconds > 0 {
            if let index = last[event.label], event.onset < result[index].offset {
                result[index].offset = Swift.max(result[index].offset, event.offset)
            } else {
                last[event.label] = result.count
                result.append(event)
            }
        }
        return result
    }
}
