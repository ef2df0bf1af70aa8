import OssicleBase

/// The events that mixtures leave out, and the warnings about their sources.
struct SoundscapeNotes: Sendable {
    /// The reason why an event that was drawn is not in its mixture.
    enum Reason: CaseIterable {
        case silent
        case tooLong
        case noRoom
    }

    private struct LeftOut {
        let path: String
        let reason: Reason
        /// The number of the mixture.
        var mixture = 0
    }

    private var leftOut: [LeftOut] = []
    /// A sentence for each file that is cut off or damaged.
    private var damaged: [ByteText: String] = [:]

    mutating func leaveOut(_ path: String, _ reason: Reason) { leftOut.append(LeftOut(path: path, reason: reason)) }

    mutating func warn(_ path: String, _ sentence: String) { damaged[ByteText(path)] = sentence }

    /// Adds the notes of one mixture.
    mutating func add(_ other: SoundscapeNotes, mixture: Int) {
        leftOut += other.leftOut.map { LeftOut(path: $0.path, reason: $0.reason, mixture: mixture) }
        damaged.merge(other.damaged) { first, _ in first }
    }

    /// One sentence for each kind of problem, with the number of events or files and the first of them. It does not
    /// depend on the order in which the mixtures were made.
    /// - Parameter seconds: the length of a mixture.
    func warnings(seconds: Double) -> [String] {
        var sentences = Reason.allCases.compactMap { reason in
            let which =
                switch reason {
                case .silent: "whose recordings are silent"
                case .tooLong: "that are longer than a mixture (\(seconds) s)"
                case .noRoom: "for which there was no room"
                }
            return leftOut.filter { $0.reason == reason }.sorted { $0.mixture < $1.mixture }.map(\.path)
                .counted("left out drawn events \(which)")
        }
        let files = damaged.sorted { $0.key < $1.key }.map(\.value)
        if let sentence = files.counted("used recordings that are not whole as far as they go") {
            sentences.append(sentence)
        }
        return sentences
    }
}
