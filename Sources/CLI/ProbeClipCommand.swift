import ArgumentParser
import Foundation
import Orchestrator

struct ProbeClipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "Classify whole clips by a linear layer on frozen embeddings.",
        discussion: """
            Fits logistic regression to the mean embedding of each clip (by L-BFGS, to the optimum), with a penalty chosen on \
            the validation part or on inner folds of the training part. Divisions are the data set's own: ESC's folds, \
            Speech Commands' and NSynth's lists, two held-out speakers a fold for fsdd; otherwise a fifth of the clips, \
            drawn by the seed. The interval holds 95 % of 1,000 resamples of the test clips; n is how many clips were tested.
            Beside the run stand an untrained encoder, read in the same way (random), and statistics of the log-mel \
            spectrum (logmel). --protocol paper trains one linear layer with Adam (batches of 64, one random view a clip \
            and step) and averages the logits of a test clip's views.
            --stages probes every map of the encoder by itself, and draws where along the network the classes are read best.
            """)

    @OptionGroup var options: ProbeOptions

    @Option(help: "Layout of the data: \(Layout.names). Found by itself where the folder shows it.")
    var layout: Layout?

    @Flag(help: "Train the encoder too, instead of a layer on frozen embeddings; with “random”: supervised training.")
    var finetune = false

    @Option(
        help: ArgumentHelp(
            "Instead of a linear layer let this many nearest training clips vote (cosine), as in --neighbours 20.",
            valueName: "k"))
    var neighbours: Int?

    @Flag(help: "Probe every map of the encoder by itself, and draw the accuracies.")
    var stages = false

    @Option(help: ArgumentHelp("The picture of --stages; stages.svg where it is not given.", valueName: "file.svg"))
    var picture: String?

    @Flag(help: "Judge on the last fold alone: the clips that data.hold_out=test keeps from training.")
    var heldOut = false

    @Option(help: "Epochs of the linear layer of --protocol paper (100), or of fine-tuning (30).")
    var epochs: Int?

    func validate() throws {
        if let neighbours, neighbours < 1 {
            throw ValidationError("--neighbours takes 1 or more, not \(neighbours)")
        }
        if neighbours != nil, finetune || epochs != nil {
            throw ValidationError("--neighbours trains nothing: leave --finetune and --epochs out")
        }
        if epochs != nil, !finetune, options.method != .paper {
            throw ValidationError("--epochs goes with --protocol paper or --finetune")
        }
        if stages, finetune || neighbours != nil || options.embedding != nil || options.method == .paper {
            throw ValidationError("--stages goes without --finetune, --neighbours, --embedding and --protocol paper")
        }
        if let picture {
            if !stages { throw ValidationError("--picture goes with --stages") }
            if !picture.hasSuffix(".svg") {
                throw ValidationError("--picture takes a file that ends in .svg, not \(picture)")
            }
        }
        if let epochs, epochs < 1 { throw ValidationError("--epochs takes 1 or more, not \(epochs)") }
    }

    func run() throws {
        let checkpoint = try options.checkpoint()
        let dataset = try options.dataset(layout: layout)
        if let recipe = checkpoint?.recipe, recipe.usesLabels, !heldOut || recipe.data.holdOut == .none {
            ProbeOptions.tell(
                "warning: this run learned from labels, and a score on those clips says nothing; "
                    + "pretrain with data.hold_out=test and probe with --held-out to keep them apart")
        }
        if stages { return try survey(checkpoint, dataset) }
        let report = try finetune ? fineTune(checkpoint, dataset) : frozen(checkpoint, dataset)
        if options.json { JSONReport.print(report) } else { Self.show(report) }
    }

    private func fineTune(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var probe = SupervisedProbe(
            recipe: options.recipe(of: checkpoint), start: checkpoint, embedding: options.reading(checkpoint),
            threads: Threads.chosen(options.threads))
        probe.seed = options.seed
        probe.heldOutOnly = heldOut
        if let epochs { probe.epochs = epochs }
        return try probe.run(dataset, report: ProbeOptions.tell)
    }

    private func frozen(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws -> ProbeReport {
        var clipOptions = options.clipOptions
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

    private func survey(_ checkpoint: Checkpoint?, _ dataset: AudioDataset) throws {
        var clipOptions = options.clipOptions
        clipOptions.heldOutOnly = heldOut
        let (read, picture) = (options.reading(checkpoint), picture ?? "stages.svg")
        let every = Embedding.everyStage(of: options.recipe(of: checkpoint), and: read)
        let survey = try StageSurvey(
            dataset: dataset, encoders: try options.encoders(checkpoint, reading: every),
            read: read, every: every, options: clipOptions, report: ProbeOptions.tell)
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
            "\(report.classes.count) classes, \(report.trainingClips) clips to train, \(report.testClips) tested, "
                + "\(report.folds) \(report.folds == 1 ? "division" : "folds")")
    }
}
