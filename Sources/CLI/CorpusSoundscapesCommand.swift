import ArgumentParser
import Orchestrator

struct CorpusSoundscapesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soundscapes",
        abstract: "Mixtures of isolated events over backgrounds with exact onsets, in the layout of DCASE 2016 task 2.",
        discussion: """
            DIR/train, DIR/valid and DIR/test each hold audio and annotation (onset, offset and label, a line an event). No \
            file is a source in two parts. An onset is where the sound begins, not where its file does.
            """)

    @OptionGroup var options: CorpusOptions

    @Option(parsing: .upToNextOption, help: "Isolated events with labels, in any layout.")
    var events: [String]

    @Option(parsing: .upToNextOption, help: "Recordings to put them over.")
    var backgrounds: [String]

    @Option(help: "Mixtures in all three parts together.")
    var size = SoundscapeCorpus.defaultSize

    @Option(help: "Length of a mixture.")
    var seconds = 10.0

    @Option(help: "Fewest events drawn for a mixture.")
    var leastEvents = 2

    @Option(help: "Most events drawn for a mixture; one without room is left out.")
    var mostEvents = 6

    @Option(help: "Probability with which an event may lie over others.")
    var overlap: Float = 0.3

    @Option(help: "Least level of an event over the background’s, in decibels.")
    var lowestRatio: Float = 0

    @Option(help: "Greatest level of an event over the background’s, in decibels.")
    var highestRatio: Float = 12

    func validate() throws {
        guard (1...600).contains(seconds) else {
            throw ValidationError("--seconds takes 1 to 600, not \(seconds)")
        }
        guard leastEvents >= 1, mostEvents >= leastEvents, mostEvents <= 1000 else {
            throw ValidationError("--least-events and --most-events take 1 to 1000, the least first")
        }
        guard (0...1).contains(overlap) else { throw ValidationError("--overlap takes 0 to 1, not \(overlap)") }
        guard lowestRatio <= highestRatio, abs(lowestRatio) <= 60, abs(highestRatio) <= 60 else {
            throw ValidationError("--lowest-ratio and --highest-ratio take −60 to 60 decibels, the lowest first")
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
        let counter = ProgressCounter("mixtures", of: size)
        let summary = try corpus.render(events: isolated, backgrounds: scenes, to: options.output) { counter.show($0) }
        counter.finish()
        CorpusReport(
            corpus: "soundscapes", output: options.output, seed: options.seed, clips: summary.clips,
            groups: summary.events, groupName: "events"
        ).print(json: options.json)
    }
}
