import ArgumentParser
import Orchestrator

/// `ossicle corpus`: labelled sound to train and test on, rendered on the spot.
struct CorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus", abstract: "Render a labelled corpus with a synthesiser, or mix one of recordings.",
        subcommands: [CorpusNotesCommand.self, CorpusWordsCommand.self, CorpusSoundscapesCommand.self])
}

/// What every corpus is asked for.
struct CorpusOptions: ParsableArguments {
    @Option(help: "The folder to make; it must not exist yet, or be empty.")
    var output: String

    @Option(help: "Draws everything; the same seed gives the same files.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false
}

struct CorpusNotesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notes", abstract: "Musical notes of General MIDI instruments, in NSynth's layout (fluidsynth).",
        discussion: """
            4 s clips at 16 kHz under DIR/train, DIR/valid and DIR/test, with an examples.json each. No instrument is in two \
            parts. Labels: instrument family (11), instrument, pitch (MIDI 21 to 108), velocity.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "Notes in all three parts together.")
    var size = NoteCorpus.defaultSize

    @Option(help: ArgumentHelp("A General MIDI sound font.", valueName: "file.sf2"))
    var soundFont: String?

    func run() throws {
        var corpus = NoteCorpus()
        corpus.size = size
        corpus.seed = options.seed
        corpus.soundFont = soundFont
        let counter = ProgressCounter("notes", of: size)
        let summary = try corpus.render(to: options.output) { counter.show($0) }
        counter.finish()
        CorpusReport(
            corpus: "notes", output: options.output, seed: options.seed, clips: summary.notes,
            groups: summary.instruments, groupName: "instruments"
        ).print(json: options.json)
    }
}

extension WordClasses: ExpressibleByArgument {}

struct CorpusWordsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "words", abstract: "Spoken words in Speech Commands' layout (espeak-ng).",
        discussion: """
            1 s clips at 16 kHz, DIR/WORD/SPEAKER_nohash_K.wav, with validation_list.txt and testing_list.txt. No voice is in \
            two parts. With --phrase-words 2 or more: phrases as DIR/SPEAKER/SPEAKER_K.wav, as long as they take, to \
            pretrain on.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "Clips in all parts together.")
    var size = WordCorpus.defaultSize

    @Option(help: "Which words: digits (zero to nine), commands (yes no up down left right on off stop go) or all.")
    var classes = WordClasses.all

    @Option(help: "Words in each clip.")
    var phraseWords = 1

    func validate() throws {
        guard (1...50).contains(phraseWords) else {
            throw ValidationError("--phrase-words takes 1 to 50, not \(phraseWords)")
        }
    }

    func run() throws {
        var corpus = WordCorpus()
        corpus.size = size
        corpus.seed = options.seed
        corpus.classes = classes
        corpus.phraseWords = phraseWords
        let counter = ProgressCounter("clips", of: size)
        let summary = try corpus.render(to: options.output) { counter.show($0) }
        counter.finish()
        CorpusReport(
            corpus: "words", output: options.output, seed: options.seed, clips: summary.clips,
            groups: summary.speakers, groupName: "speakers"
        ).print(json: options.json)
    }
}
