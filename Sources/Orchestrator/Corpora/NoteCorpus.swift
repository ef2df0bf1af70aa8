import Foundation

/// A corpus of musical notes in the layout of NSynth, which fluidsynth renders with a General MIDI sound font.
///
/// The files are `{train,valid,test}/audio/{note}.wav` (16 kHz, mono, 4 s: a note is held for 3 s and decays for 1 s),
/// `{train,valid,test}/examples.json`, and `instruments.csv` with the General MIDI program of each instrument. The same
/// size, seed, sound font and version of fluidsynth give the same bytes.
public struct NoteCorpus: Sendable {
    public static let defaultSize = 2000
    /// The number of notes in all parts together.
    public var size = NoteCorpus.defaultSize
    public var seed: UInt64 = 0
    /// The path of the sound font; nil: the first one that is found in the usual folders.
    public var soundFont: String?

    /// The contents of a rendered corpus: the numbers of notes and instruments in each part, and the path of the sound
    /// font.
    public struct Summary: Sendable, Equatable {
        public let notes: [CorpusPart: Int]
        public let instruments: [CorpusPart: Int]
        public let soundFont: String
    }

    public init() {}

    static let sampleRate = 16_000
    static let clipSamples = 4 * sampleRate
    /// The number of samples (10 ms) over which a note is faded out at the end of its clip. This prevents a click if
    /// the note has not decayed.
    static let fadeSamples = sampleRate / 100
    /// The time from one note of a rendering to the next. 4.24 s are 3,180 blocks of 64 samples, in which fluidsynth
    /// computes. Therefore every note begins at the same position within its clip. The time is also long enough to
    /// silence a note before the next one begins.
    private static let slotMilliseconds = 4240
    private static let heldMilliseconds = 3000
    private static let cutMilliseconds = 4050
    /// The sample rate of fluidsynth. The resampler converts its output to 16 kHz. If fluidsynth rendered at 16 kHz,
    /// overtones of bright instruments above 8 kHz would cause aliasing.
    private static let playedSampleRate = 48_000
    /// The gain of fluidsynth. With this gain, the loudest notes of the sound fonts that `SoundFont` names have peaks
    /// of 0.82 and 0.97 of full scale.
    private static let gain = "1.2"
    /// A note is silent if no sample has a larger magnitude than this: −80 dB of full scale.
    private static let silence: Float = 1e-4
    /// The number of notes of one fluidsynth process. Its recording has 80 MB and is deleted when the notes have been
    /// cut.
    private static let batchNotes = 50

    /// Renders the corpus to the new folder `output`, completely or not at all.
    ///
    /// - Parameter progress: receives the number of notes that are written so far. It is called from any thread, one
    ///   call at a time.
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

    /// Renders some notes one after another with one fluidsynth process, and cuts the recording into clips.
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
        // No MIDI input (-n), no shell (-i), no messages (-q), no reverb (-R) and no chorus (-C). The default sound
        // font is empty, so that no other font is used if this one cannot be loaded. The output is floating point,
        // because integer output would be dithered.
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

    /// The contents of `examples.json` for the notes of one part. The notes are numbered over the whole corpus, and
    /// `first` is the number of the first note of the part.
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

    /// The table of the program that plays each instrument. The names in NSynth's format contain only the family, the
    /// source and a number.
    private static func instrumentTable(_ cast: [CastInstrument]) -> Data {
        let rows = cast.map { "\($0.name),\($0.part.rawValue),\($0.instrument.program),\($0.instrument.name)" }
        return Data((["instrument_str,part,program,name"] + rows).joined(separator: "\n").appending("\n").utf8)
    }
}
