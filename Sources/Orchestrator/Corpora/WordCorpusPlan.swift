import Foundation
import OssicleBase

/// The set of words that is spoken.
public enum WordClasses: String, CaseIterable, Sendable {
    case digits
    case commands
    case all

    var words: [String] {
        switch self {
        case .digits: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        case .commands: ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
        case .all: WordClasses.digits.words + WordClasses.commands.words
        }
    }
}

/// One recording to render.
struct Utterance: Sendable, Equatable {
    let voice: Voice
    let words: [String]
    /// The number k in the file name, from 0. It distinguishes the phrases of one voice, and is 0 for single words.
    let take: Int
    /// The pitch of this recording. It differs a little from that of the voice, because people never say a word twice
    /// in the same way.
    let pitch: Int
    /// The pace of this recording, in words per minute. It differs a little from that of the voice, too.
    let pace: Int
    /// The linear gain. Its value in decibels has a uniform distribution.
    let gain: Float
    /// The position of the sound in a longer clip: 0 is the beginning, and 1 is the end.
    let position: Float

    /// The path in the corpus: `{word}/{speaker}_nohash_{k}.wav` for single words, as in Speech Commands, and one
    /// folder per speaker for phrases.
    var path: String {
        words.count == 1 ? "\(words[0])/\(voice.name)_nohash_\(take).wav" : "\(voice.name)/\(voice.name)_\(take).wav"
    }
}

/// The contents of a corpus of words, which are drawn before anything is rendered.
struct WordCorpusPlan: Sendable {
    let utterances: [Utterance]
    static let minimumSpeakers = 10

    /// Draws the recordings. Each voice says every word once, or as many phrases as there are words. The last voice may
    /// say fewer.
    /// - Throws: ``CorpusError/sizeOutOfRange(_:allowed:reason:)``.
    init(size: Int, seed: UInt64, classes: WordClasses, phraseWords: Int) throws(CorpusError) {
        let words = classes.words
        let smallest = Self.minimumSpeakers * words.count
        guard (smallest...1_000_000).contains(size) else {
            throw .sizeOutOfRange(
                size, allowed: smallest...1_000_000,
                reason:
                    "\(Self.minimumSpeakers) speakers, the fewest that fill every part, say \(words.count) words each")
        }
        let voices = Voice.draw((size + words.count - 1) / words.count, seed: seed)
        utterances = (0..<size).map { index in
            let voice = voices[index / words.count]
            let take = index % words.count
            var random = RandomStream(seed: seed, purpose: .corpus, clip: index, view: 4)
            let spoken =
                phraseWords == 1
                ? [words[take]] : (0..<phraseWords).map { _ in words[random.index(below: words.count)] }
            return Utterance(
                voice: voice, words: spoken, take: phraseWords == 1 ? 0 : take,
                pitch: voice.pitch + random.index(below: 11) - 5, pace: voice.pace + random.index(below: 21) - 10,
                gain: powf(10, random.uniform(-12, 0) / 20), position: random.uniform())
        }
    }
}
