import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle probe clip`: evaluate clip classification.
struct ProbeClipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "Evaluate clip classification with a linear probe on frozen embeddings.",
        discussion: """
            Fits logistic regression to the mean embedding of each clip (L-BFGS, solved to the optimum). The L2 \
            penalty is chosen on the validation part, or on inner folds of the training part. The train and test split \
            is the published one: ESC's folds, the lists of Speech Commands and NSynth, and two held-out speakers per \
            fold for FSDD. For other data sets a random fifth of the clips is the test part. The interval contains \
            95 % of the scores over 1,000 resamples of the test clips; n is the number of test clips.
            The baselines are an untrained encoder, evaluated in the same way (random), and statistics of the log-mel \
            spectrum (logmel). --protocol paper trains one linear layer with Adam (batches of 64, one random view per \
            clip and step) and averages the logits over the views of a test clip.
            --stages probes each layer of the encoder separately and plots the accuracies.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Layout of the data: \(Layout.names). Default: detected from the folder.")
    var layout: Layout?

    @Flag(help: "Fine-tune the encoder together with a classifier. With “random”: supervised training from scratch.")
    var finetune = false

    @Option(
        help: ArgumentHelp(
            "Use a k-nearest-neighbour classifier (cosine similarity) instead of a linear probe.",
            valueName: "k"))
    var neighbours: Int?

    @Flag(help: "Probe each layer of the encoder separately and plot the accuracies.")
    var stages = false

    @Option(help: ArgumentHelp("The file for the plot of --stages (default: stages.svg).", valueName: "file.svg"))
    var picture: String?

    @Flag(help: "Evaluate only on the last fold: the clips that data.hold_out=test excludes from training.")
    var heldOut = false

    @Option(help: "Number of epochs of --protocol paper (default: 100) or of --finetune (default: 30).")
    var epochs: Int?

    func validate() throws {
        if let neighbours, neighbours < 1 {
            throw ValidationError("--neighbours must be 1 or more, not \(neighbours)")
        }
        if neighbours != nil, finetune || epochs != nil {
            throw ValidationError("--neighbours cannot be combined with --finetune or --epochs")
        }
        if epochs != nil, !finetune, options.method != .paper {
            throw ValidationError("--epochs needs --protocol paper or --finetune")
        }
        if stages, finetune || neighbours != nil || options.embedding != nil || options.method == .paper {
            throw ValidationError(
                "--stages cannot be combined with --finetune, --neighbours, --embedding or --protocol paper")
        }
        if let picture {
            if !stages { throw ValidationError("--picture requires --stages") }
            if !picture.hasSuffix(".svg") {
                throw ValidationError("--picture must end in .svg, not “\(picture)”")
            }
        }
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be 1 or more, not \(epochs)") }
    }

    func run() throws {
        let checkpoint = try options.checkpoint()
        let (dataset, warnings) = try options.dataset(layout: layout)
        if let recipe = checkpoint?.recipe, recipe.usesLabels, !heldOut || recipe.data.holdOut == .none {
            ProbeOptions.tell(
                "warning: this run was trained with labels, so a score on clips it was trained on is not valid; "
                    + "pretrain with data.hold_out=test and probe with --held-out")
        }
        if stages { return try survey(checkpoint, dataset, warnings) }
        var report = try finetune ? fineTune(checkpoint, dataset) : frozen(checkpoint, dataset)
        report.warnings = warnings + report.warnings
        if options.json { JSONReport.print(report) } else { Self.show(report) }
    }

    private func fineTune(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var probe = SupervisedProbe(
            recipe: options.recipe(of: checkpoint), start: checkpoint, embedding: options.reading(checkpoint),
            threads: try Threads.chosen(options.threads))
        probe.seed = options.seed
        probe.heldOutOnly = heldOut
        if let epochs { probe.epochs = epochs }
        return try probe.run(dataset, report: ProbeOptions.tell)
    }

    private func frozen(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var clipOptions = try options.clipOptions
        clipOptions.heldOutOnly = heldOut
        if let neighbours { clipOptions.method = .neighbours(neighbours) }
        if let epochs, case .paper(var method) = clipOptions.method {
            method.epochs = epochs
            clipOptions.method = .paper(method)
        }
        return try probeClips(
            dataset: dataset, encoders: try options.encoders(checkpoint), options: clipOptions,
            report: ProbeOptions.tell)
    }

    private func survey(_ checkpoint: Checkpoint?, _ dataset: AudioDataset, _ warnings: [String]) throws {
        var clipOptions = try options.clipOptions
        clipOptions.heldOutOnly = heldOut
        let (read, picture) = (options.reading(checkpoint), picture ?? "stages.svg")
        let every = Embedding.everyStage(of: options.recipe(of: checkpoint), and: read)
        var survey = try StageSurvey(
            dataset: dataset, encoders: try options.encoders(checkpoint, reading: every),
            read: read, every: every, options: clipOptions, report: ProbeOptions.tell)
        survey.warnings = warnings + survey.warnings
        try StagePicture(survey).write(to: picture)
        if options.json { return JSONReport.print(survey) }
        for curve in survey.curves {
            print(curve.name)
            for (map, score) in zip(survey.maps, curve.scores) {
                print("  " + ProbeOptions.padded(map) + ProbeOptions.text(score))
            }
            if let together = curve.together {
                print("  " + ProbeOptions.padded("together") + ProbeOptions.text(together))
            }
        }
        if let logMel = survey.logMel { print(ProbeOptions.padded("logmel") + "  " + ProbeOptions.text(logMel)) }
        print("\(picture): accuracy by map")
    }

    private static func show(_ report: ProbeReport) {
        print(ProbeOptions.padded(report.metric) + ProbeOptions.text(report.score))
        for (name, baseline) in report.baselines.sorted(by: { $0.key < $1.key }) {
            ProbeOptions.show(name, baseline, lead: report.leads[name], variant: report.variants[name])
        }
        print(
            "\(report.classes.count) classes, \(report.trainingClips) training clips, \(report.testClips) test clips, "
                + "\(report.folds) \(report.folds == 1 ? "split" : "folds")")
    }
}
