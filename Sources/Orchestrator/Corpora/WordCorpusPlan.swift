import Foundation
import OssicleBase

/// Which words are spoken.
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
    /// From 0, among the voice's recordings of the same file name.
    let take: Int
    /// Change of the voice's pitch and pace for this recording: nobody says a word twice the same.
    let pitch: Int
    let pace: Int
    /// Linear gain, uniform in decibels.
    let gain: Float
    /// Where the sound lies in a clip that is longer than it: 0 at the beginning, 1 at the end.
    let position: Float

    /// Single words lie as in Speech Commands, `word/{speaker}_nohash_{k}.wav`; phrases in a folder for each speaker.
    var path: String {
        words.count == 1 ? "\(words[0])/\(voice.name)_nohash_\(take).wav" : "\(voice.name)/\(voice.name)_\(take).wav"
    }
}

/// What a corpus of words consists of, drawn before anything is rendered.
struct WordCorpusPlan: Sendable {
    let utterances: [Utterance]
    static let minimumSpeakers = 10

    /// Each voice says every word once (the last voice perhaps not all of them), or as many phrases as there are words.
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
