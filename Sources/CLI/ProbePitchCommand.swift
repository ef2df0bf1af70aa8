import ArgumentParser
import Foundation
import Orchestrator

struct ProbePitchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pitch", abstract: "Read the pitch of notes by a linear layer on frozen embeddings.",
        discussion: """
            88 classes, MIDI notes 21 (A0) to 108 (C8), of a data set in NSynth's layout; probed as by probe clip. Reports \
            the share of right pitches, of right pitches but for octaves (chroma), the mean error in semitones, and how \
            many octaves off right chromas were.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Layout of the data: \(Layout.names). Found by itself where the folder shows it.")
    var layout: Layout?

    func run() throws {
        let checkpoint = try options.checkpoint()
        let dataset = try options.dataset(layout: layout)
        let report = try probePitch(
            dataset: dataset, encoders: try options.encoders(checkpoint), options: options.clipOptions,
            report: ProbeOptions.tell)
        if options.json { JSONReport.print(report) } else { Self.show(report) }
    }

    private static func show(_ report: PitchReport) {
        func show(_ name: String, _ scores: PitchReport.Scores) {
            ProbeOptions.show(
                "\(name) pitch", scores.pitch, lead: report.leads[name], variant: report.variants[name])
            print(ProbeOptions.padded("\(name) chroma") + ProbeOptions.text(scores.chroma))
            let octaves = scores.octaves.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }
                .map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            print(
                "  mean error \(String(format: "%.1f", scores.meanErrorSemitones)) semitones; octaves off: \(octaves)")
        }
        show("run", report.scores)
        for (name, scores) in report.baselines.sorted(by: { $0.key < $1.key }) { show(name, scores) }
        print("\(report.trainingClips) notes to train, \(report.testClips) tested")
    }
}
