import OssicleBase

/// One note to render, which NSynth calls an example.
struct PlannedNote: Sendable, Equatable {
    let instrument: CastInstrument
    let pitch: Int
    let velocity: Int

    /// The name in NSynth's format, for example `bass_synthetic_033-022-050`.
    var name: String { "\(instrument.name)-\(padded(pitch))-\(padded(velocity))" }
}

/// An instrument of the corpus, with its number and its part.
struct CastInstrument: Sendable, Equatable {
    let instrument: MIDIInstrument
    /// The number of the instrument, from 0. It is unique in the corpus.
    let number: Int
    /// The number of the instrument, from 0, among those of the same family and source.
    let rank: Int
    let part: CorpusPart

    var name: String { "\(instrument.family.name)_\(instrument.source)_\(padded(rank))" }
}

/// The contents of a corpus of notes, which are drawn before anything is rendered.
///
/// No instrument is in two parts. Within a part, the families have equally many notes, and so have the instruments of a
/// family, as far as their ranges of pitches allow.
struct NoteCorpusPlan: Sendable {
    static let velocities = [25, 50, 75, 100, 127]
    let cast: [CastInstrument]
    let notes: [CorpusPart: [PlannedNote]]

    /// - Parameter size: the number of notes in all parts together.
    /// - Throws: ``CorpusError/sizeOutOfRange(_:allowed:reason:)``.
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

    /// The allowed sizes of a corpus. In the smallest corpus, the smallest part has one note of each family. In the
    /// largest corpus, one of the parts has all notes that its instruments can play.
    static func sizeLimits(_ cast: [CastInstrument]) -> ClosedRange<Int> {
        let smallest = InstrumentFamily.allCases.count * 10
        let scarcest = CorpusPart.allCases.map { part in
            let playable = cast.filter { $0.part == part }.map { $0.instrument.pitches.count * velocities.count }
            // 10,000 is only used to compute the share of the part. It is large enough for an exact number of notes.
            return playable.reduce(0, +) * 10_000 / part.share(of: 10_000)
        }
        return smallest...scarcest.reduce(.max, min)
    }

    /// Assigns the instruments to parts. A random tenth of each family, but at least one instrument, is in `valid`. A
    /// random fifth, but at least one instrument, is in `test`.
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

    /// All notes of each instrument in random order: a list per family of lists per instrument.
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

    /// Selects `count` notes. The families take turns, and within a family the instruments take turns, as long as they
    /// have notes.
    private static func deal(_ count: Int, from pools: [[[PlannedNote]]]) -> [PlannedNote] {
        // The notes of a family in the order in which they are selected: the first notes of its instruments, then the
        // second notes, and so on.
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

/// The number with at least three digits, as in NSynth.
private func padded(_ value: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
}
