import OssicleBase
import OssicleData

/// One event of a mixture, which is drawn before any file is read.
struct PlannedEvent: Sendable, Equatable {
    /// Index into the data set of isolated events.
    let clip: Int
    /// The level of the event relative to the background, in decibels.
    let ratioDB: Float
    /// Whether the event may overlap other events.
    let mayOverlap: Bool
    /// The positions that are tried until one is free: 0 is the start of the mixture, and 1 is the latest possible
    /// position. They become times when the length of the event is known.
    let places: [Float]
}

/// One mixture of the plan.
struct PlannedSoundscape: Sendable, Equatable {
    let part: CorpusPart
    /// The number of the mixture, from 0 within its part.
    let number: Int
    /// Index into the data set of backgrounds.
    let background: Int
    /// The position in the background at which the mixture begins: 0 is the start of the background, and 1 is the
    /// latest position from which the rest of the background is long enough.
    let backgroundStart: Float
    let events: [PlannedEvent]

    /// The name of the mixture's files: the number with five digits.
    var name: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// The contents of a corpus of soundscapes. Each file of an event or a background is used in one part only.
struct SoundscapePlan: Sendable {
    let soundscapes: [PlannedSoundscape]
    /// The number of positions that are tried for an event before it is left out.
    static let attempts = 40

    /// - Parameter size: the number of mixtures in all parts together.
    /// - Throws: ``CorpusError/tooFewSources(what:found:needed:)``, ``CorpusError/sizeOutOfRange(_:allowed:reason:)``.
    init(
        events: [Clip], classes: [String], backgrounds: [Clip], size: Int, seed: UInt64, count: ClosedRange<Int>,
        overlap: Float, ratioDB: ClosedRange<Float>
    ) throws(CorpusError) {
        let labelled = events.indices.filter { events[$0].label != nil }
        var sounds: [CorpusPart: [[Int]]] = [:]
        for (label, name) in classes.enumerated() {
            let files = labelled.filter { events[$0].label == label }
            let parts = try Self.divide(files, seed: seed, view: label, what: "isolated events of the class “\(name)”")
            for part in CorpusPart.allCases { sounds[part, default: []].append(parts[part] ?? []) }
        }
        let scenes = try Self.divide(
            Array(backgrounds.indices), seed: seed, view: classes.count, what: "backgrounds")
        let limits = 10...1_000_000
        guard limits.contains(size) else {
            throw .sizeOutOfRange(size, allowed: limits, reason: "every part holds a mixture or more")
        }
        var planned: [PlannedSoundscape] = []
        for part in CorpusPart.allCases {
            for number in 0..<part.share(of: size) {
                guard !Interruption.isRequested else { throw .interrupted }
                var random = RandomStream(seed: seed, purpose: .soundscape, clip: planned.count, view: 1)
                let scene = scenes[part] ?? []
                let chosen = (0..<count.lowerBound + random.index(below: count.count)).map { _ in
                    // Classes are equally likely, however many files they have.
                    let files = sounds[part]?[random.index(below: classes.count)] ?? []
                    return PlannedEvent(
                        clip: files[random.index(below: files.count)],
                        ratioDB: random.uniform(ratioDB.lowerBound, ratioDB.upperBound),
                        mayOverlap: random.uniform() < overlap,
                        places: (0..<Self.attempts).map { _ in random.uniform() })
                }
                planned.append(
                    PlannedSoundscape(
                        part: part, number: number, background: scene[random.index(below: scene.count)],
                        backgroundStart: random.uniform(), events: chosen))
            }
        }
        soundscapes = planned
    }

    /// Divides the files randomly between the parts, with at least one file per part.
    /// - Throws: ``CorpusError/tooFewSources(what:found:needed:)``.
    private static func divide(
        _ files: [Int], seed: UInt64, view: Int, what: String
    ) throws(CorpusError) -> [CorpusPart: [Int]] {
        let least = CorpusPart.allCases.count
        guard files.count >= least else { throw .tooFewSources(what: what, found: files.count, needed: least) }
        var shuffled = files
        var random = RandomStream(seed: seed, purpose: .soundscape, epoch: view)
        random.shuffle(&shuffled)
        let valid = max(1, CorpusPart.valid.share(of: files.count))
        let test = max(1, CorpusPart.test.share(of: files.count))
        return [
            .valid: Array(shuffled[..<valid]), .test: Array(shuffled[valid..<valid + test]),
            .train: Array(shuffled[(valid + test)...]),
        ]
    }
}
