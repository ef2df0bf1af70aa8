import ArgumentParser
import Foundation
import Orchestrator

struct ProbeEventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Find which sounds occur when, by a linear layer on frozen frame embeddings.",
        discussion: """
            Data in the layout of DCASE 2016 task 2, in folders train, validation and test: audio, and annotation with \
            onset, offset and label a line. Logistic regression of each class on each frame, its penalty chosen on the \
            validation part; a median filter of 250 ms; threshold and minimum duration chosen on the validation part. \
            Reports the onset F-measure (collar 200 ms), segment F and error rate (1 s), and PSDS. --protocol paper trains \
            the layer by Adam with dropout, as published.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Milliseconds from one frame to the next; 0: those of the finest map that is read.")
    var hop = 80.0

    @Option(help: "Epochs of the linear layer of --protocol paper (250).")
    var epochs: Int?

    @Option(help: "A folder to write the test part's predicted events to, a text file a recording.")
    var predictions: String?

    @Option(help: "A folder to write an SVG of each test recording to: its spectrum, annotated and predicted events.")
    var pictures: String?

    func validate() throws {
        if hop < 0 { throw ValidationError("--hop takes milliseconds from 0, not \(hop)") }
        if let epochs, epochs < 1 { throw ValidationError("--epochs takes 1 or more, not \(epochs)") }
        if epochs != nil, options.method != .paper { throw ValidationError("--epochs goes with --protocol paper") }
        if options.data.count != 1 { throw ValidationError("--data takes one folder for the probe of events") }
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
        probeOptions.threads = Threads.chosen(options.threads)
        let probe = try EventProbe(layout: try EventsLayout.read(options.data[0]), options: probeOptions)
        var encoders = try options.encoders(checkpoint, level: .frame)
        if options.includesLogMel, let first = encoders.first?.encoder {
            encoders.append(("logmel", LogMelFrames(frontend: first.frontend.baseline, level: first.level)))
        }
        let (report, outcome) = try probe.report(encoders, tell: ProbeOptions.tell)
        if let predictions { try write(outcome, to: predictions) }
        if let pictures { try draw(outcome, to: pictures) }
        if options.json { JSONReport.print(report) } else { Self.show(report) }
    }

    private func draw(_ outcome: EventProbe.Outcome, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
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
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for prediction in outcome.predictions {
            let name = URL(filePath: prediction.recording.annotation).lastPathComponent
            try EventFile.write(prediction.events, to: "\(folder)/\(name)")
        }
    }

    private static func show(_ report: EventReport) {
        func show(_ name: String, _ scores: EventReport.Scores) {
            ProbeOptions.show(
                "\(name) onset F", scores.onset, lead: report.leads[name], variant: report.variants[name])
            print(
                String(
                    format: "  segment F %.3f, error rate %.3f, PSDS %.3f; threshold %.2f, at least %.3f s",
                    scores.segmentF, scores.segmentErrorRate, scores.psds, scores.threshold, scores.minimumSeconds))
        }
        show("run", report.scores)
        for (name, scores) in report.baselines.sorted(by: { $0.key < $1.key }) { show(name, scores) }
        print(
            "\(report.classes.count) classes, \(report.trainingClips) recordings to train, \(report.testClips) tested, "
                + "a frame every \(Int((1000 * report.hopSeconds).rounded())) ms")
    }
}
