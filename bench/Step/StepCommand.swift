import ArgumentParser
import Foundation
import Orchestrator

/// Measures whole training steps. A peer is measured alternately with our program, each in its own process.
struct StepCommand: ParsableCommand {
    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case torch, onnxruntime
    }
    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case eager, cl, compile
        case compileCL = "compile-cl"
    }

    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Measure whole training steps, alone or compared with a peer.")

    @Option(help: "The model.") var model = OwnStep.Model.effb0
    @Option(help: "Number of views per step: twice the number of clips.") var views = 128
    @Option(help: "Number of timed steps per process.") var steps = 10
    @Flag(help: "Print the time of each operation of one step instead.") var profile = false
    @Option(help: "With --profile: also draw the times in this SVG file.") var picture: String?
    @Option(help: "Also measure a peer, alternately.") var against: Peer?
    @Option(help: "The mode of PyTorch.") var mode = Mode.compileCL
    @Flag(help: "Measure the encoder in inference mode, as embedding runs it.") var inference = false
    @Option(help: "With --inference: the source of the embedding, stages or last.") var embedding = Embedding.Kind
        .stages
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set a key of the model's recipe, for training. A peer is not changed.", valueName: "key=value"))
    var changes: [String] = []
    @OptionGroup var peer: PythonOptions
    @OptionGroup var options: BenchOptions

    private struct Alone: Encodable {
        var machine: MachineLine
        var model: OwnStep.Model
        var name: String
        var views: Int
        var threads: Int
        var viewsPerSecond: Double
        var bestViewsPerSecond: Double
        var peakRssBytes: Int
    }
    private struct Comparison: Encodable {
        var machine: MachineLine
        var model: OwnStep.Model
        var views: Int
        var threads: Int
        /// Views per second of our program.
        var viewsPerSecond: Double
        var peakRssBytes: Int
        var own: StepSummary
        var peer: StepSummary
        /// Ratio of the medians of views per second: our program ÷ the peer.
        var ratio: Double
    }

    func validate() throws {
        guard views >= 4, views % 2 == 0 else { throw ValidationError("--views must be an even number, 4 or more") }
        guard steps >= 1 else { throw ValidationError("--steps must be 1 or more") }
        guard (against == .onnxruntime) == inference || against == nil else {
            throw ValidationError("--against must be torch for training, and onnxruntime with --inference")
        }
        guard changes.isEmpty || !inference else {
            throw ValidationError("--set changes a training step and cannot be used with --inference")
        }
        guard against != .onnxruntime || model == .effb0 else {
            throw ValidationError("--against onnxruntime needs --model effb0, not \(model.rawValue)")
        }
    }

    func run() throws {
        if profile { return try printProfile() }
        guard against != nil else { return try alone() }
        let common =
            ["--views", "\(views)", "--threads", "\(options.threads)", "--steps", "\(steps)"]
            + (inference ? ["--embedding", embedding.rawValue] : [])
        let own = PeerProcess(
            executable: try executable(),
            arguments: ["step", "--model", model.rawValue, "--json"] + common + (inference ? ["--inference"] : [])
                + changes.flatMap { ["--set", $0] })
        let other =
            inference
            ? try PeerProcess.script("onnx_inference", python: peer, arguments: common)
            : try PeerProcess.script(
                "torch_step", python: peer,
                arguments: common + ["--model", model.rawValue, "--mode", mode.rawValue])
        var figures: (own: [StepFigure], peer: [StepFigure]) = ([], [])
        for round in 1...peer.rounds {
            figures.own.append(try own.run())
            figures.peer.append(try other.run())
            let line = "round \(round): \(text(figures.own.last)) · \(text(figures.peer.last))\n"
            FileHandle.standardError.write(Data(line.utf8))
        }
        try report(StepSummary(figures.own), StepSummary(figures.peer))
    }

    private func alone() throws {
        let figure =
            inference
            ? try OwnInference(model: model, embedding: embedding, views: views, threads: options.threads).measure(
                steps: steps)
            : try ownStep().measure(steps: steps)
        let machine = MachineLine(threads: options.threads)
        guard options.json else {
            print(machine)
            return print(text(figure), "· \(figure.peakRssBytes >> 20) MiB")
        }
        try Output.json(
            Alone(
                machine: machine, model: model, name: figure.name, views: figure.views, threads: figure.threads,
                viewsPerSecond: figure.viewsPerSecond, bestViewsPerSecond: figure.bestViewsPerSecond,
                peakRssBytes: figure.peakRssBytes))
    }

    private func ownStep() throws -> OwnStep {
        try OwnStep(model: model, changes: changes, views: views, threads: options.threads)
    }

    private func report(_ own: StepSummary, _ peer: StepSummary) throws {
        let ratio = own.viewsPerSecond / peer.viewsPerSecond
        let machine = MachineLine(threads: options.threads)
        if options.json {
            return try Output.json(
                Comparison(
                    machine: machine, model: model, views: views, threads: options.threads,
                    viewsPerSecond: own.viewsPerSecond, peakRssBytes: own.peakRssBytes, own: own, peer: peer,
                    ratio: ratio))
        }
        print("\(machine), \(model.rawValue), \(views) views")
        Output.row("program", ["views/s", "MiB"])
        for summary in [own, peer] {
            Output.row(summary.name, [Output.number(summary.viewsPerSecond), "\(summary.peakRssBytes >> 20)"])
        }
        print("ratio \(Output.number(ratio, digits: 2))")
    }

    private func printProfile() throws {
        let profile = StepProfile(try ownStep().profile())
        if let picture { try profile.picture.write(to: picture) }
        if options.json { try Output.json(profile) } else { profile.printTable() }
    }

    private func text(_ figure: StepFigure?) -> String {
        figure.map { "\($0.name) \(Output.number($0.viewsPerSecond)) views/s" } ?? ""
    }

    /// The path of this program.
    private func executable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw PeerProcess.Failure(description: "the path of this program is unknown")
        }
        return path
    }
}

extension OwnStep.Model: ExpressibleByArgument {}
extension Embedding.Kind: ExpressibleByArgument {}
