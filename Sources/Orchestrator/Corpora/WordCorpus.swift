import Foundation

/// A corpus of spoken words in Speech Commands' layout, or of phrases in a folder for each speaker, by espeak-ng.
///
/// Words: `{word}/{speaker}_nohash_{k}.wav` (16 kHz, mono, 1 s), `validation_list.txt` and `testing_list.txt`.
/// Phrases: `{speaker}/{speaker}_{k}.wav`, each as long as it takes. Same arguments and espeak-ng: same bytes.
public struct WordCorpus: Sendable {
    public static let defaultSize = 2000
    public var size = WordCorpus.defaultSize
    public var seed: UInt64 = 0
    public var classes = WordClasses.all
    /// Words of one clip. A pretraining corpus wants clips of two views (1.92 s), which four words make.
    public var phraseWords = 1

    /// What was rendered.
    public struct Summary: Sendable, Equatable {
        public let clips: [CorpusPart: Int]
        public let speakers: [CorpusPart: Int]
    }

    public init() {}

    static let sampleRate = 16_000
    /// Silence around a voice is cut where it stays under this part of the loudest sample (−46 dB).
    private static let silence: Float = 0.005
    /// Kept before and after what is heard (10 ms), and around a phrase.
    private static let margin = sampleRate / 100

    /// Renders the corpus to the new folder `output`, all of it or nothing.
    public func render(
        to output: String, progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
    ) throws(CorpusError) -> Summary {
        let plan = try WordCorpusPlan(size: size, seed: seed, classes: classes, phraseWords: phraseWords)
        let speaker = try ExternalProgram("espeak-ng", package: "espeak-ng")
        let folder = try CorpusFolder(output)
        do {
            for name in Set(plan.utterances.map { $0.path.prefix { $0 != "/" } }).sorted() {
                try folder.makeFolder(String(name))
            }
            if phraseWords == 1 {
                try folder.write(Self.list(.valid, plan.utterances), to: "validation_list.txt")
                try folder.write(Self.list(.test, plan.utterances), to: "testing_list.txt")
            }
            try Rendering.run(plan.utterances.count, progress: progress) { index throws(CorpusError) in
                try Self.speak(plan.utterances[index], number: index, speaker: speaker, folder: folder)
                return 1
            }
            try folder.publish()
        } catch {
            folder.discard()
            throw error
        }
        let parts = Dictionary(grouping: plan.utterances, by: \.voice.part)
        return Summary(clips: parts.mapValues(\.count), speakers: parts.mapValues { Set($0.map(\.voice.name)).count })
    }

    private static func speak(
        _ utterance: Utterance, number: Int, speaker: ExternalProgram, folder: CorpusFolder
    ) throws(CorpusError) {
        let recording = folder.scratch.appending(path: "\(number).wav")
        defer { try? FileManager.default.removeItem(at: recording) }
        // A comma makes the pause between the words of a phrase.
        try speaker.run([
            "-v", "\(utterance.voice.accent)+\(utterance.voice.timbre)", "-p", "\(utterance.pitch)", "-s",
            "\(utterance.pace)", "-w", recording.path, utterance.words.joined(separator: ", "),
        ])
        let heard = trimmed(try CorpusAudio.read(recording.path, by: speaker.name, sampleRate: sampleRate))
        guard !heard.isEmpty else { throw .renderingTooShort(program: speaker.name, file: recording.path) }
        let spoken = heard.map { $0 * utterance.gain }
        let clip = utterance.words.count == 1 ? placed(spoken, in: sampleRate, position: utterance.position) : spoken
        try CorpusAudio.write(
            folder.partial.appending(path: utterance.path).path, samples: clip, sampleRate: sampleRate)
    }

    /// Without the silence at both ends, except for a margin.
    static func trimmed(_ sound: [Float]) -> ArraySlice<Float> {
        let threshold = silence * sound.reduce(0) { max($0, abs($1)) }
        guard let first = sound.firstIndex(where: { abs($0) > threshold }),
            let last = sound.lastIndex(where: { abs($0) > threshold })
        else { return [] }
        return sound[max(0, first - margin)..<min(sound.count, last + 1 + margin)]
    }

    /// `sound` between zeros in a clip of `count` samples; what is too long loses its end.
    static func placed(_ sound: [Float], in count: Int, position: Float) -> [Float] {
        let kept = sound.prefix(count)
        let before = Int(Float(count - kept.count) * position)
        return Array(repeating: 0, count: before) + kept + Array(repeating: 0, count: count - kept.count - before)
    }

    private static func list(_ part: CorpusPart, _ utterances: [Utterance]) -> Data {
        let paths = utterances.filter { $0.voice.part == part }.map(\.path).sorted()
        return Data(paths.map { $0 + "\n" }.joined().utf8)
    }
}
