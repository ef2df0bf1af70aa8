import ArgumentParser
import Orchestrator

/// `ossicle corpus soundscapes`: mix a corpus of sound events and backgrounds.
struct CorpusSoundscapesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soundscapes",
        abstract: "Mixtures of isolated events and backgrounds with exact onsets, in the layout of DCASE 2016 task 2.",
        discussion: """
            DIR/train, DIR/valid and DIR/test each have a folder audio and a folder annotation. An annotation file has \
            one line per event with onset, offset and label. No source file is used in more than one part. The onset \
            is the time at which the sound begins: leading silence of the event's file is removed.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(parsing: .upToNextOption, help: "Recordings of isolated events with labels, in any layout.")
    var events: [String]

    @Option(parsing: .upToNextOption, help: "Background recordings.")
    var backgrounds: [String]

    @Option(help: "Total number of mixtures in the three parts.")
    var size = SoundscapeCorpus.defaultSize

    @Option(help: "Length of each mixture in seconds.")
    var seconds = 10.0

    @Option(help: "Minimum number of events drawn per mixture.")
    var leastEvents = 2

    @Option(help: "Maximum number of events drawn per mixture. Events for which there is no room are left out.")
    var mostEvents = 6

    @Option(help: "Probability that an event may overlap other events. Events of one class never overlap.")
    var overlap: Float = 0.3

    @Option(help: "Minimum level of an event relative to the background, in decibels.")
    var lowestRatio: Float = 0

    @Option(help: "Maximum level of an event relative to the background, in decibels.")
    var highestRatio: Float = 12

    func validate() throws {
        guard (1...600).contains(seconds) else {
            throw ValidationError("--seconds must be from 1 to 600, not \(seconds)")
        }
        guard leastEvents >= 1, mostEvents >= leastEvents, mostEvents <= 1000 else {
            throw ValidationError(
                "--least-events and --most-events must be from 1 to 1000, and --least-events must not be larger")
        }
        guard (0...1).contains(overlap) else { throw ValidationError("--overlap must be from 0 to 1, not \(overlap)") }
        guard lowestRatio <= highestRatio, abs(lowestRatio) <= 60, abs(highestRatio) <= 60 else {
            throw ValidationError(
                "--lowest-ratio and --highest-ratio must be from −60 to 60 dB, and --lowest-ratio must not be larger")
        }
    }

    func run() throws {
        var corpus = SoundscapeCorpus()
        corpus.size = size
        corpus.seed = options.seed
        corpus.seconds = seconds
        corpus.count = leastEvents...mostEvents
        corpus.overlap = overlap
        corpus.ratioDB = lowestRatio...highestRatio
        let isolated = try AudioDataset.open(events)
        let scenes = try AudioDataset.open(backgrounds)
        let warnings = isolated.warnings + scenes.warnings
        for sentence in warnings { ProbeOptions.tell("warning: \(sentence)") }
        Interruption.watch()
        let counter = ProgressCounter("mixtures", of: size)
        let summary = try corpus.render(events: isolated, backgrounds: scenes, to: options.output) { counter.show($0) }
        counter.finish()
        for sentence in summary.warnings { ProbeOptions.tell("warning: \(sentence)") }
        CorpusReport(
            corpus: "soundscapes", output: options.output, seed: options.seed, clips: summary.clips,
            groups: summary.events, groupName: "events", warnings: warnings + summary.warnings
        ).print(json: options.json)
    }
}
