import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe events`: evaluate sound event detection.
struct ProbeEventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Evaluate sound event detection with a linear probe on frozen frame embeddings.",
        discussion: """
            The data has the layout of DCASE 2016 task 2, in the folders train, validation and test: a folder audio, \
            and a folder annotation with one line per event (onset, offset, label). Fits one logistic regression per \
            class to the frames and applies a median filter of 250 ms to the probabilities. The L2 penalty, the \
            threshold and the minimum duration are chosen on the validation part. Reports the onset F-measure (collar \
            200 ms), the segment F-measure and error rate (segments of 1 s), and PSDS. --protocol paper trains the \
            linear layer with Adam and dropout, as published.
            Times are in seconds. An event that begins after the end of its recording is an error, and one that ends \
            after it is cut off there. Events without a duration and repeated lines are left out. Without events in \
            the validation part, the threshold is 0.5. Without events in the test part, all scores are undefined \
            (null in JSON).
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Hop length of the frames in milliseconds. 0: the time stride of the finest layer that is read.")
    var hop = 80.0

    @Option(help: "Number of epochs of --protocol paper (default: 250).")
    var epochs: Int?

    @Option(help: "Write the predicted events of the test part to this folder, one text file per recording.")
    var predictions: String?

    @Option(
        help: """
            Write one SVG file per test recording to this folder, with the spectrum and the annotated and predicted \
            events.
            """)
    var pictures: String?

    func validate() throws {
        if hop < 0 { throw ValidationError("--hop must be 0 or more milliseconds, not \(hop)") }
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be 1 or more, not \(epochs)") }
        if epochs != nil, options.method != .paper { throw ValidationError("--epochs needs --protocol paper") }
        if options.data.count != 1 { throw ValidationError("probe events takes exactly one folder as --data") }
    }

    func run() throws {
        let checkpoint = try options.checkpoint()
        var probeOptions = EventProbeOptions()
        probeOptions.hopSeconds = hop == 0 ? nil : hop / 1000
        if options.method == .paper {
            var method = FrameClassifier.Options()
            if let epochs { method.epochs = epochs }
            probeOptions.method = .paper(method)
        }
        probeOptions.seed = options.seed
        probeOptions.threads = try Threads.chosen(options.threads)
        let probe = try EventProbe(layout: try EventsLayout.read(options.data[0]), options: probeOptions)
        var encoders = try options.encoders(checkpoint, level: .frame)
        if options.includesLogMel, let first = encoders.first?.encoder {
            encoders.append(("logmel", LogMelFrames(frontend: first.frontend.baseline, level: first.level)))
        }
        let (report, outcome) = try probe.report(encoders, tell: ProbeOptions.tell)
        if let predictions { try write(outcome, to: predictions) }
        if let pictures { try draw(outcome, to: pictures) }
        if options.json { JSONReport.print(report) } else { show(report) }
    }

    private func draw(_ outcome: EventProbe.Outcome, to folder: String) throws {
        try OutputFolder.create(folder)
        let logMel = try LogMel()
        for prediction in outcome.predictions {
            let recording = prediction.recording
            let name = URL(filePath: recording.annotation).deletingPathExtension().lastPathComponent
            try EventPicture(
                name: name, samples: try AudioFile.read(recording.path, sampleRate: logMel.configuration.sampleRate),
                logMel: logMel, reference: recording.events, prediction: prediction.events
            ).write(to: "\(folder)/\(name).svg")
        }
    }

    private func write(_ outcome: EventProbe.Outcome, to folder: String) throws {
        try OutputFolder.create(folder)
        for prediction in outcome.predictions {
            let name = URL(filePath: prediction.recording.annotation).lastPathComponent
            try EventFile.write(prediction.events, to: "\(folder)/\(name)")
        }
    }

    private func show(_ report: EventReport) {
        func show(_ name: String, _ scores: EventReport.Scores) {
            ProbeOptions.show(
                "\(name) onset F", scores.onset, lead: report.leads[name], variant: report.variants[name])
            let number = ProbeOptions.number
            print(
                "  segment F \(number(scores.segmentF)), error rate \(number(scores.segmentErrorRate)), PSDS "
                    + number(scores.psds)
                    + String(
                        format: "; threshold %.2f, minimum duration %.3f s", scores.threshold, scores.minimumSeconds))
        }
        show(options.subjectName, report.scores)
        for (name, scores) in report.baselines.sorted(by: { $0.key < $1.key }) { show(name, scores) }
        print(
            "\(report.classes.count) classes, \(report.trainingClips) training recordings, \(report.testClips) test "
                + "recordings, hop length \(Int((1000 * report.hopSeconds).rounded())) ms")
    }
}
