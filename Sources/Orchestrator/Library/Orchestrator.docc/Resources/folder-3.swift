import Foundation
import Orchestrator

/// `swift run -c release TrainOnFolder FOLDER OUTPUT`: trains an encoder on a folder of recordings, and writes their embeddings.
@main
struct TrainOnFolder {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first, let output = arguments.dropFirst().first else {
            print("usage: TrainOnFolder FOLDER OUTPUT")
            exit(2)
        }
        let recordings = try AudioDataset.open([folder])
        for warning in recordings.warnings { print(warning) }
        print("\(recordings.clips.count) recordings, \(Int(recordings.seconds)) s")

        var recipe = Recipe()
        recipe.method = .cola
        recipe.contrast.similarity = .cosine
        recipe.optimizer.learningRate = 0.003
        recipe.training.epochs = 20
        recipe.training.batchSize = min(64, recordings.clips.count)

        let threads = ProcessInfo.processInfo.activeProcessorCount
        let trainer = Trainer(
            recipe: recipe, dataset: recordings, output: output, threads: threads, observer: Progress())
        _ = try trainer.run(resume: FileManager.default.fileExists(atPath: output + "/" + Checkpoint.fileName))
    }
}

/// Prints a line per epoch.
final class Progress: TrainingObserver {
    func progressed(_ progress: TrainingProgress) {}
    func finished(_ epoch: EpochSummary) { print("epoch \(epoch.epoch): loss \(epoch.loss)") }
    func warned(_ sentence: String) { print("warning: \(sentence)") }
}
