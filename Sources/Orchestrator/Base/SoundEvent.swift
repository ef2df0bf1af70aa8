/// A sound that begins, ends and has a name.
public struct SoundEvent: Sendable, Equatable, Codable {
    /// Seconds from the beginning of the recording.
    public var onset: Double
    /// Seconds from the beginning of the recording; not before ``onset``.
    public var offset: Double
    public var label: String

    public init(onset: Double, offset: Double, label: String) {
        precondition(onset <= offset, "an event ends after it begins")
        self.onset = onset
        self.offset = offset
        self.label = label
    }

    public var seconds: Double { offset - onset }
}

extension Sequence<SoundEvent> {
    /// By onset; at one onset by offset, then by label.
    public func inOrder() -> [SoundEvent] {
        sorted { ($0.onset, $0.offset, $0.label) < ($1.onset, $1.offset, $1.label) }
    }

    /// Events of one label that overlap made one, in order; events of no length left out. Events that only touch stay apart.
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
