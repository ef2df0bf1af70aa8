import Foundation

/// A corpus of musical notes in NSynth's layout, played by fluidsynth from a General MIDI sound font.
///
/// `{train,valid,test}/audio/{note}.wav` (16 kHz, mono, 4 s: a note held 3 s, then let ring 1 s) and
/// `{train,valid,test}/examples.json`. Same size, seed, sound font and fluidsynth: same bytes.
public struct NoteCorpus: Sendable {
    public static let defaultSize = 2000
    public var size = NoteCorpus.defaultSize
    public var seed: UInt64 = 0
    /// A path; nil searches the usual folders.
    public var soundFont: String?

    /// What was rendered.
    public struct Summary: Sendable, Equatable {
        public let notes: [CorpusPart: Int]
        public let instruments: [CorpusPart: Int]
        public let soundFont: String
    }

    public init() {}

    static let sampleRate = 16_000
    static let clipSamples = 4 * sampleRate
    /// Samples over which a note that still rings at the end of its clip is faded out (10 ms): no click.
    static let fadeSamples = sampleRate / 100
    /// From one note of a rendering to the next. 4.24 s is 3,180 of the 64-sample blocks that fluidsynth works in, so
    /// that every note begins at the same place in its clip, and leaves time to cut what still rings.
    private static let slotMilliseconds = 4240
    private static let heldMilliseconds = 3000
    private static let cutMilliseconds = 4050
    /// fluidsynth plays at 48 kHz, and the resampler takes it to 16 kHz: played at 16 kHz, a bright instrument's
    /// overtones above 8 kHz would fold back.
    private static let playedSampleRate = 48_000
    /// The loudest notes of the fonts named in ``SoundFont`` peak at 0.82 and 0.97 of full scale.
    private static let gain = "1.2"
    /// Below this a note is taken for silent: −80 dB of full scale.
    private static let silence: Float = 1e-4
    /// Notes of one fluidsynth run: 80 MB of rendered sound, which lives as long as the run.
    private static let batchNotes = 50

    /// Renders the corpus to the new folder `output`, all of it or nothing.
    public func render(
        to output: String, progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
    ) throws(CorpusError) -> Summary {
        let plan = try NoteCorpusPlan(size: size, seed: seed)
        let player = try ExternalProgram("fluidsynth", package: "fluidsynth")
        let font = try SoundFont.find(soundFont)
        let folder = try CorpusFolder(output)
        do {
            let notes = CorpusPart.allCases.flatMap { part in (plan.notes[part] ?? []).map { (part, $0) } }
            var written = 0
            for part in CorpusPart.allCases {
                let own = plan.notes[part] ?? []
                try folder.makeFolder("\(part.rawValue)/audio")
                try folder.write(Self.examples(own, from: written), to: "\(part.rawValue)/examples.json")
                written += own.count
            }
            try folder.write(Self.instrumentTable(plan.cast), to: "instruments.csv")
            let batches = (notes.count + Self.batchNotes - 1) / Self.batchNotes
            try Rendering.run(batches, progress: progress) { batch throws(CorpusError) in
                let range = batch * Self.batchNotes..<min((batch + 1) * Self.batchNotes, notes.count)
                try Self.play(Array(notes[range]), batch: batch, player: player, font: font, folder: folder)
                return range.count
            }
            try folder.publish()
        } catch {
            folder.discard()
            throw error
        }
        return Summary(
            notes: plan.notes.mapValues(\.count),
            instruments: plan.notes.mapValues { Set($0.map(\.instrument.number)).count }, soundFont: font)
    }

    /// Plays some notes one after another in one run of fluidsynth, and cuts the recording into clips.
    private static func play(
        _ notes: [(part: CorpusPart, note: PlannedNote)], batch: Int, player: ExternalProgram, font: String,
        folder: CorpusFolder
    ) throws(CorpusError) {
        let score = folder.scratch.appending(path: "\(batch).mid")
        let recording = folder.scratch.appending(path: "\(batch).wav")
        defer { for file in [score, recording] { try? FileManager.default.removeItem(at: file) } }

        var file = StandardMIDIFile()
        for (index, entry) in notes.enumerated() {
            let start = index * slotMilliseconds
            file.selectProgram(entry.note.instrument.instrument.program, at: start)
            file.noteOn(pitch: entry.note.pitch, velocity: entry.note.velocity, at: start)
            file.noteOff(pitch: entry.note.pitch, at: start + heldMilliseconds)
            file.allSoundOff(at: start + cutMilliseconds)
        }
        try folder.write(
            file.data(endingAt: notes.count * slotMilliseconds), to: "\(folder.scratch.lastPathComponent)/\(batch).mid")
        // No MIDI input, no shell, no reverb (-R) or chorus (-C), no other font when this one fails to load; floating
        // point, so that nothing is dithered.
        try player.run([
            "-n", "-i", "-q", "-o", "synth.default-soundfont=", "-R", "0", "-C", "0", "-g", gain, "-r",
            "\(playedSampleRate)", "-T", "wav", "-O", "float",
            "-F", recording.path, font, score.path,
        ])

        let sound = try CorpusAudio.read(recording.path, by: player.name, sampleRate: sampleRate)
        let slotSamples = slotMilliseconds * sampleRate / 1000
        guard sound.count >= (notes.count - 1) * slotSamples + clipSamples else {
            throw .renderingTooShort(program: player.name, file: recording.path)
        }
        for (index, entry) in notes.enumerated() {
            var clip = Array(sound[index * slotSamples..<index * slotSamples + clipSamples])
            guard clip.contains(where: { abs($0) > silence }) else {
                throw .silentNote(
                    "\(entry.note.instrument.instrument.name) at pitch \(entry.note.pitch)", soundFont: font)
            }
            for i in 0..<fadeSamples { clip[clipSamples - 1 - i] *= Float(i) / Float(fadeSamples) }
            let path = folder.partial.appending(path: "\(entry.part.rawValue)/audio/\(entry.note.name).wav").path
            try CorpusAudio.write(path, samples: clip, sampleRate: sampleRate)
        }
    }

    /// The part's `examples.json`; notes are numbered through the whole corpus.
    private static func examples(_ notes: [PlannedNote], from first: Int) throws(CorpusError) -> Data {
        var entries: [String: NSynthExample] = [:]
        for (index, note) in notes.enumerated() {
            entries[note.name] = NSynthExample(note, number: first + index, sampleRate: sampleRate)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return try encoder.encode(entries)
        } catch {
            throw .outputUnwritable("examples.json", reason: "\(error)")
        }
    }

    /// Which program plays which instrument: NSynth's names say only family, source and number.
    private static func instrumentTable(_ cast: [CastInstrument]) -> Data {
        let rows = cast.map { "\($0.name),\($0.part.rawValue),\($0.instrument.program),\($0.instrument.name)" }
        return Data((["instrument_str,part,program,name"] + rows).joined(separator: "\n").appending("\n").utf8)
    }
}
