import Foundation
import Orchestrator

@testable import OssicleTraining

/// A suite that trains on eight small synthetic clips.
protocol SmallRuns {
    /// The clips. The folder of a run is beside it.
    var folder: TemporaryFolder { get }
}

extension SmallRuns {
    static func writeClips() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for number in 0..<8 {
            let samples = (0..<40_000).map { (i: Int) -> Float in
                let (tone, chirp) = (sin(0.05 * Double(i * (number + 1))), sin(1e-6 * Double(i * i)))
                return Float(0.3 * tone + 0.06 * chirp)
            }
            try AudioFile.write("\(folder.path)/\(number).wav", samples: samples, sampleRate: 16_000)
        }
        return folder
    }

    func recipe(steps: Int = 4) -> Recipe {
        var recipe = Recipe()
        recipe.data.viewFrames = 32
        recipe.training.batchSize = 3
        recipe.training.steps = steps
        recipe.training.seed = 5
        recipe.augmentation.timeMasks = 1
        recipe.optimizer.learningRate = 1e-3
        return recipe
    }

    func train(
        _ recipe: Recipe, _ name: String, resume: Bool = false, threads: Int = 2,
        observer: (any TrainingObserver)? = nil
    ) throws -> TrainingReport {
        let dataset = try AudioDataset.open([folder.path], layout: .folders)
        let trainer = Trainer(
            recipe: recipe, dataset: dataset, output: "\(folder.path)-\(name)", threads: threads, observer: observer)
        return try trainer.run(resume: resume).report
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)-\(name)/\(Checkpoint.fileName)"))
    }

    /// The loss of each epoch in a run's log.
    func epochLosses(_ name: String) throws -> [Double] {
        let log = try String(contentsOfFile: "\(folder.path)-\(name)/log.jsonl", encoding: .utf8)
        return try log.split(separator: "\n").compactMap { line in
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return entry?["effective_rank"] == nil ? nil : entry?["loss"] as? Double
        }
    }

    func remove(_ names: String...) {
        for name in names { try? FileManager.default.removeItem(atPath: "\(folder.path)-\(name)") }
    }
}

/// An observer that collects the warnings of a run.
final class Warnings: TrainingObserver {
    private(set) var all: [String] = []
    func progressed(_ progress: TrainingProgress) {}
    func finished(_ epoch: EpochSummary) {}
    func warned(_ sentence: String) { all.append(sentence) }
}
