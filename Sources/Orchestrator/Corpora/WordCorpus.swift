import Foundation

/// A corpus of spoken words in the layout of Speech Commands, or of phrases with one folder per speaker. espeak-ng
/// renders it.
///
/// The files of words are `{word}/{speaker}_nohash_{k}.wav` (16 kHz, mono, 1 s), `validation_list.txt` and
/// `testing_list.txt`. The files of phrases are `{speaker}/{speaker}_{k}.wav`, with different lengths. The same
/// arguments and version of espeak-ng give the same bytes.
public struct WordCorpus: Sendable {
    public static let defaultSize = 2000
    /// The number of clips in all parts together.
    public var size = WordCorpus.defaultSize
    public var seed: UInt64 = 0
    /// The words that are spoken.
    public var classes = WordClasses.all
    /// The number of words of one clip. For pretraining, clips should have the length of two views (1.92 s), which
    /// takes four words.
    public var phraseWords = 1

    /// The contents of a rendered corpus: the numbers of clips and speakers in each part.
    public struct Summary: Sendable, Equatable {
        public let clips: [CorpusPart: Int]
        public let speakers: [CorpusPart: Int]
    }

    public init() {}

    static let sampleRate = 16_000
    /// The silence before and after the speech is removed. Samples up to this share of the loudest sample (−46 dB) are
    /// silence.
    private static let silence: Float = 0.005
    /// The number of samples that are kept before and after the speech (10 ms).
    private static let margin = sampleRate / 100

    /// Renders the corpus to the new folder `output`, completely or not at all.
    ///
    /// - Parameter progress: receives the number of clips that are written so far. It is called from any thread, one
    ///   call at a time.
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
        // espeak-ng makes a pause at each comma between the words of a phrase.
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

    /// The sound without the silence at both ends, except for a margin.
    static func trimmed(_ sound: [Float]) -> ArraySlice<Float> {
        let threshold = silence * sound.reduce(0) { max($0, abs($1)) }
        guard let first = sound.firstIndex(where: { abs($0) > threshold }),
            let last = sound.lastIndex(where: { abs($0) > threshold })
        else { return [] }
        return sound[max(0, first - margin)..<min(sound.count, last + 1 + margin)]
    }

    /// A clip of `count` samples with `sound` between zeros. `position` 0 is the beginning of the clip, and 1 is its
    /// end. The end of a sound that is too long is cut off.
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
