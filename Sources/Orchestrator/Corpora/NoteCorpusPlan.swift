import OssicleBase

/// One note to render: what NSynth calls an example.
struct PlannedNote: Sendable, Equatable {
    let instrument: CastInstrument
    let pitch: Int
    let velocity: Int

    /// NSynth's name, as in `bass_synthetic_033-022-050`.
    var name: String { "\(instrument.name)-\(padded(pitch))-\(padded(velocity))" }
}

/// An instrument with its place in the corpus.
struct CastInstrument: Sendable, Equatable {
    let instrument: MIDIInstrument
    /// From 0, unique in the corpus.
    let number: Int
    /// From 0 among those of the same family and source.
    let rank: Int
    let part: CorpusPart

    var name: String { "\(instrument.family.name)_\(instrument.source)_\(padded(rank))" }
}

/// What a corpus of notes consists of, drawn before anything is rendered.
///
/// No instrument is in two parts. Within a part the families have equally many notes, and so have the instruments of a
/// family, as far as their ranges allow.
struct NoteCorpusPlan: Sendable {
    static let velocities = [25, 50, 75, 100, 127]
    let cast: [CastInstrument]
    let notes: [CorpusPart: [PlannedNote]]

    /// - Parameter size: notes in all parts together.
    init(size: Int, seed: UInt64) throws(CorpusError) {
        cast = Self.drawCast(seed: seed)
        var notes: [CorpusPart: [PlannedNote]] = [:]
        for part in CorpusPart.allCases {
            let share = part.share(of: size)
            let pools = Self.drawPools(cast.filter { $0.part == part }, seed: seed)
            let limits = Self.sizeLimits(cast)
            guard limits.contains(size) else {
                throw .sizeOutOfRange(
                    size, allowed: limits,
                    reason: "every family needs a note in every part, and no note of an instrument is played twice")
            }
            notes[part] = Self.deal(share, from: pools)
        }
        self.notes = notes
    }

    /// The smallest corpus has a note of each family in the smallest part; the largest plays everything that the
    /// instruments of its scarcest part can play.
    static func sizeLimits(_ cast: [CastInstrument]) -> ClosedRange<Int> {
        let smallest = InstrumentFamily.allCases.count * 10
        let scarcest = CorpusPart.allCases.map { part in
            let playable = cast.filter { $0.part == part }.map { $0.instrument.pitches.count * velocities.count }
            // Ten thousand is only there to take a share of; the quotient is exact enough for whole notes.
            return playable.reduce(0, +) * 10_000 / part.share(of: 10_000)
        }
        return smallest...scarcest.reduce(.max, min)
    }

    /// Shuffles each family, and gives a tenth of it, but at least one, to `valid` and a fifth, but at least one, to
    /// `test`.
    private static func drawCast(seed: UInt64) -> [CastInstrument] {
        var cast: [CastInstrument] = []
        var ranks: [String: Int] = [:]
        for family in InstrumentFamily.allCases {
            var members = MIDIInstrument.all.filter { $0.family == family }
            var random = RandomStream(seed: seed, purpose: .corpus, clip: family.rawValue, view: 0)
            random.shuffle(&members)
            let valid = max(1, CorpusPart.valid.share(of: members.count))
            let test = max(1, CorpusPart.test.share(of: members.count))
            for (place, instrument) in members.enumerated() {
                let part: CorpusPart = place < valid ? .valid : place < valid + test ? .test : .train
                let kind = "\(family.name)_\(instrument.source)"
                cast.append(
                    CastInstrument(
                        instrument: instrument, number: cast.count, rank: ranks[kind, default: 0], part: part))
                ranks[kind, default: 0] += 1
            }
        }
        return cast
    }

    /// All notes of every instrument in random order, the instruments gathered by family.
    private static func drawPools(_ instruments: [CastInstrument], seed: UInt64) -> [[[PlannedNote]]] {
        InstrumentFamily.allCases.map { family in
            instruments.filter { $0.instrument.family == family }.map { instrument in
                var pool = instrument.instrument.pitches.flatMap { pitch in
                    velocities.map { PlannedNote(instrument: instrument, pitch: pitch, velocity: $0) }
                }
                var random = RandomStream(seed: seed, purpose: .corpus, clip: instrument.number, view: 1)
                random.shuffle(&pool)
                return pool
            }
        }
    }

    /// Deals `count` notes: each family in turn gives one, from each of its instruments in turn, while it has any.
    private static func deal(_ count: Int, from pools: [[[PlannedNote]]]) -> [PlannedNote] {
        // A family's notes in the order in which it gives them: first notes of its instruments, then second ones, ….
        let queues = pools.map { family in
            (0..<(family.map(\.count).max() ?? 0)).flatMap { turn in
                family.compactMap { turn < $0.count ? $0[turn] : nil }
            }
        }
        let rounds = queues.map(\.count).max() ?? 0
        let all = (0..<rounds).lazy.flatMap { round in queues.lazy.compactMap { round < $0.count ? $0[round] : nil } }
        return Array(all.prefix(count))
    }
}

/// Three digits, as NSynth writes numbers.
private func padded(_ value: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
}
