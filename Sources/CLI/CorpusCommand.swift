import ArgumentParser
import Orchestrator

/// `ossicle corpus`: render a labelled corpus for training and evaluation.
struct CorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus", abstract: "Render a labelled corpus with a synthesizer, or mix one from recordings.",
        subcommands: [CorpusNotesCommand.self, CorpusWordsCommand.self, CorpusSoundscapesCommand.self])
}

/// The options that all corpora share.
struct CorpusOptions: ParsableArguments {
    @Option(help: "The folder to create. It must not exist, or must be empty.")
    var output: String

    @Option(help: "Random seed. The same seed gives the same files.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false
}

/// `ossicle corpus notes`: render a corpus of musical notes.
struct CorpusNotesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notes", abstract: "Musical notes of General MIDI instruments, in NSynth's layout (fluidsynth).",
        discussion: """
            Writes clips of 4 s at 16 kHz to DIR/train, DIR/valid and DIR/test, with one examples.json per part. No \
            instrument is in more than one part. The labels are the instrument family (11 classes), the instrument, \
            the pitch (MIDI note 21 to 108) and the velocity.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "Total number of notes in the three parts.")
    var size = NoteCorpus.defaultSize

    @Option(help: ArgumentHelp("A General MIDI sound font (.sf2 or .sf3).", valueName: "file.sf2"))
    var soundFont: String?

    func run() throws {
        var corpus = NoteCorpus()
        corpus.size = size
        corpus.seed = options.seed
        corpus.soundFont = soundFont
        Interruption.watch()
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

/// `ossicle corpus words`: render a corpus of spoken words or phrases.
struct CorpusWordsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "words", abstract: "Spoken words, in Speech Commands' layout (espeak-ng).",
        discussion: """
            Writes clips of 1 s at 16 kHz to DIR/WORD/SPEAKER_nohash_K.wav, with validation_list.txt and \
            testing_list.txt. No speaker is in more than one part. With --phrase-words 2 or more, writes phrases of \
            variable length for pretraining to DIR/SPEAKER/SPEAKER_K.wav.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(help: "Total number of clips in all parts.")
    var size = WordCorpus.defaultSize

    @Option(help: "The words: digits (zero to nine), commands (yes no up down left right on off stop go) or all.")
    var classes = WordClasses.all

    @Option(help: "Number of words per clip.")
    var phraseWords = 1

    func validate() throws {
        guard (1...50).contains(phraseWords) else {
            throw ValidationError("--phrase-words must be from 1 to 50, not \(phraseWords)")
        }
    }

    func run() throws {
        var corpus = WordCorpus()
        corpus.size = size
        corpus.seed = options.seed
        corpus.classes = classes
        corpus.phraseWords = phraseWords
        Interruption.watch()
        let counter = ProgressCounter("clips", of: size)
        let summary = try corpus.render(to: options.output) { counter.show($0) }
        counter.finish()
        CorpusReport(
            corpus: "words", output: options.output, seed: options.seed, clips: summary.clips,
            groups: summary.speakers, groupName: "speakers"
        ).print(json: options.json)
    }
}
