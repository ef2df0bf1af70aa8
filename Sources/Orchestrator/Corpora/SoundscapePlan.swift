import OssicleBase
import OssicleData

/// One event of a mixture, drawn before anything is read.
struct PlannedEvent: Sendable, Equatable {
    /// Index into the data set of isolated events.
    let clip: Int
    /// Level of the sound over that of the background, in decibels.
    let ratioDB: Float
    /// Draws where it goes once its length is known: whether it may overlap others, and a place for every attempt.
    let mayOverlap: Bool
    let places: [Float]
}

/// One mixture.
struct PlannedSoundscape: Sendable, Equatable {
    let part: CorpusPart
    /// From 0 within its part.
    let number: Int
    let background: Int
    /// Where the mixture begins in the background: 0 at its start, 1 as late as there is enough of it.
    let backgroundStart: Float
    let events: [PlannedEvent]

    var name: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

/// What a corpus of soundscapes consists of. No file is a source in two parts, neither of events nor of backgrounds.
struct SoundscapePlan: Sendable {
    let soundscapes: [PlannedSoundscape]
    /// Places that are tried for one event before it is left out.
    static let attempts = 40

    /// - Parameter size: mixtures in all parts together.
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

    /// Files for each part, at least one each.
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
