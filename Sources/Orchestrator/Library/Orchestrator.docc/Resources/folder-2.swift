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
    }
}
