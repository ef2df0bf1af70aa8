import ArgumentParser
import Foundation
import Orchestrator

/// `ossicle inspect`: show the layers, shapes, parameters and memory plan of a recipe or a run.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the layers, shapes, parameters and memory plan of a recipe or a run.")

    @Argument(help: "A recipe (a name or a YAML file), the folder of a run, or a checkpoint file.")
    var subject: String

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a key of the recipe.", valueName: "key=value"))
    var changes: [String] = []

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() throws {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: subject, isDirectory: &isFolder)
        let isRun = exists && (isFolder.boolValue || subject.hasSuffix(".safetensors"))
        if isRun, !changes.isEmpty {
            throw ValidationError("--set changes a recipe, but \(subject) is a run; remove --set, or give a recipe")
        }
        let checkpoint = isRun ? try Checkpoint(subject) : nil
        let recipe = try checkpoint?.recipe ?? RecipeFile.load(subject, overrides: changes)
        let summary = ModelSummary(recipe: recipe, classes: checkpoint?.classes.count ?? 10)
        if json {
            JSONReport.print(summary)
            return
        }
        for layer in summary.layers {
            print(
                layer.name.padding(toLength: 30, withPad: " ", startingAt: 0)
                    + layer.kind.padding(toLength: 24, withPad: " ", startingAt: 0)
                    + Self.right(layer.parameters, 10) + Self.right(layer.outputBytes >> 10, 12) + " KiB")
        }
        let mebi = { (bytes: Int) in "\(bytes >> 20) MiB" }
        print(
            """

            encoder     \(summary.encoder), \(summary.dimension) dimensions, \(summary.encoderParameters) parameters
            model       \(summary.parameters) parameters with head; \(mebi(summary.parameterBytes)) with gradients and \
            moments
            training    \(summary.views) views: \(mebi(summary.trainingArenaBytes)) of activations and gradients \
            (\(mebi(summary.unsharedBytes)) without sharing), \(mebi(summary.workspaceBytes)) of workspace
            inference   64 views: \(mebi(summary.inferenceArenaBytes))
            """)
        if let checkpoint {
            print("run         epoch \(checkpoint.counters.epoch), step \(checkpoint.counters.step)")
        }
    }

    private static func right(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
