import BarlowTwins
import Foundation
import Orchestrator

/// `swift run -c release TrainBarlowTwins FOLDER OUTPUT`: trains the small encoder with Barlow Twins on a folder of recordings, and evaluates it if the
/// recordings are labelled.
@main
struct TrainBarlowTwins {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let data = arguments.first, let output = arguments.dropFirst().first else {
            print("usage: TrainBarlowTwins FOLDER OUTPUT")
            exit(2)
        }
        Registry.register(BarlowTwins.self)
        Registry.register(SmallEncoder.self)
        let recipe = try RecipeFile.parse(
            yaml: """
                method: barlow-twins
                embedding: stages
                encoder: {name: small}
                objective: {redundancy_weight: 0.005}
                head: {hidden: 256, projection: 128}
                optimizer: {learning_rate: 0.003}
                training: {epochs: 20, batch_size: 32}
                """)
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let recordings = try AudioDataset.open([data])
        let outcome = try Trainer(recipe: recipe, dataset: recordings, output: output, threads: threads)
            .run(resume: false)
        print("loss \(outcome.report.lossFirst) → \(outcome.report.lossLast) in \(outcome.report.steps) steps")

        guard recordings.isLabelled else { return }
        let encoder = try Checkpoint(output).encoder(threads: threads)
        let report = try probeClips(dataset: recordings, encoders: [("barlow-twins", encoder)])
        print("accuracy \(report.value) over \(report.testClips) test clips")
    }
}
