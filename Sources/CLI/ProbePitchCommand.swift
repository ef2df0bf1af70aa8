import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe pitch`: evaluate pitch classification.
struct ProbePitchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pitch",
        abstract: "Evaluate pitch classification of notes with a linear probe on frozen embeddings.",
        discussion: """
            Classifies notes into 88 pitches, MIDI notes 21 (A0) to 108 (C8), with the same probe as probe clip. Notes \
            with another pitch, or without one, are left out and counted in a warning. The data has NSynth's layout, \
            or is a CSV table with the column pitch. Reports the pitch accuracy, the chroma accuracy (pitches are correct up to \
            octaves), the mean error in semitones, and the distribution of octave errors among the notes with the \
            correct chroma.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Layout of the data: \(Layout.names). Default: detected from the folder.")
    var layout: Layout?

    func run() throws {
        let checkpoint = try options.checkpoint()
        let (dataset, warnings) = try options.dataset(layout: layout)
        var report = try probePitch(
            dataset: dataset, encoders: try options.encoders(checkpoint), options: try options.clipOptions,
            report: ProbeOptions.tell)
        report.warnings = warnings + report.warnings
        if options.json { JSONReport.print(report) } else { show(report) }
    }

    private func show(_ report: PitchReport) {
        func show(_ name: String, _ scores: PitchReport.Scores) {
            ProbeOptions.show(
                "\(name) pitch", scores.pitch, lead: report.leads[name], variant: report.variants[name])
            print(ProbeOptions.padded("\(name) chroma") + ProbeOptions.text(scores.chroma))
            let octaves = scores.octaves.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }
                .map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            print(
                "  mean error \(String(format: "%.1f", scores.meanErrorSemitones)) semitones; octave errors: \(octaves)"
            )
        }
        show(options.subjectName, report.scores)
        for (name, scores) in report.baselines.sorted(by: { $0.key < $1.key }) { show(name, scores) }
        print("\(report.trainingClips) training notes, \(report.testClips) test notes")
    }
}
