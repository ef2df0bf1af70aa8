import Foundation
import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of complete training runs on small synthetic data.
@Suite(.serialized) struct TrainerTests: SmallRuns {
    let folder: TemporaryFolder

    init() throws { folder = try Self.writeClips() }

    /// An observer that requests an interruption after a number of steps, as SIGINT does.
    final class Interrupter: TrainingObserver {
        let step: Int
        init(after step: Int) { self.step = step }
        func progressed(_ progress: TrainingProgress) { if progress.step == step { Interruption.request() } }
        func finished(_ epoch: EpochSummary) {}
        func warned(_ sentence: String) {}
    }

    final class Evaluations: TrainingObserver {
        private(set) var all: [EvaluationSummary] = []
        func progressed(_ progress: TrainingProgress) {}
        func finished(_ epoch: EpochSummary) {}
        func evaluated(_ evaluation: EvaluationSummary) { all.append(evaluation) }
        func warned(_ sentence: String) {}
    }

    /// The averages of the weights are saved, resumed and used for embeddings. Neither the averages nor the evaluations
    /// during a run change its weights.
    @Test func averages_and_evaluations_leave_the_runs_bits_alone() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<12 {
            try sounds.writeNoise("\(number % 2 == 0 ? "a" : "b")/\(number).wav", seconds: 0.5, seed: number)
        }
        let labelled = try AudioDataset.open([sounds.path])
        defer { remove("plain", "averaged", "averaged-parts", "evaluated") }
        func run(
            _ recipe: Recipe, _ name: String, resume: Bool = false, threads: Int = 1,
            observer: (any TrainingObserver)? = nil, evaluate: Bool = false
        ) throws -> [String: [Float]] {
            Interruption.reset()
            _ = try Trainer(
                recipe: recipe, dataset: labelled, output: "\(folder.path)-\(name)", threads: threads,
                observer: observer, evaluationData: evaluate ? labelled : nil
            ).run(resume: resume)
            let file = try SafeTensorsFile(readingFrom: "\(folder.path)-\(name)/\(Checkpoint.fileName)")
            return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.floats($0)) })
        }
        var recipe = recipe()
        let plain = try run(recipe, "plain")
        recipe.optimizer.average = 0.9
        let averaged = try run(recipe, "averaged", threads: 2)
        let name = "features.0.1.weight"
        #expect(averaged[name] == plain[name])
        let average = try #require(averaged["average/" + name])
        #expect(average != averaged[name])
        let checkpoint = try Checkpoint("\(folder.path)-averaged")
        let parameters = ParameterStore()
        _ = try EncoderProgram(
            recipe: recipe, parameters: parameters, embedding: Embedding(recipe: recipe, kind: .last), threads: 1)
        try checkpoint.loadResult(into: parameters)
        #expect(parameters.buffer(try #require(parameters.named(name))).array == average)

        _ = try run(recipe, "averaged-parts", observer: Interrupter(after: 2))
        #expect(try run(recipe, "averaged-parts", resume: true) == averaged)

        recipe.training.evaluationEpochs = 1
        let evaluations = Evaluations()
        #expect(try run(recipe, "evaluated", observer: evaluations, evaluate: true) == averaged)
        // Twelve clips in batches of three are four steps, which are one epoch.
        #expect(evaluations.all.map(\.step) == [4] && evaluations.all.map(\.epoch) == [1])
        let log = try String(contentsOfFile: "\(folder.path)-evaluated/log.jsonl", encoding: .utf8)
        #expect(log.contains("\"probe_accuracy\":"))
    }

    @Test func evaluation_on_clips_without_labels_is_an_error_before_anything_is_written() throws {
        let dataset = try AudioDataset.open([folder.path], layout: .folders)
        let trainer = Trainer(
            recipe: recipe(), dataset: dataset, output: "\(folder.path)-unlabelled", threads: 1,
            evaluationData: dataset)
        #expect(throws: EvaluationError.inData(folder.path, .noLabels(layout: "folders"))) {
            _ = try trainer.run(resume: false)
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)-unlabelled"))
    }

    @Test func evaluation_on_a_single_class_is_an_error_before_the_first_step() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<4 { try sounds.writeNoise("7_theo_\(number).wav", seed: number) }
        let trainer = Trainer(
            recipe: recipe(), dataset: try AudioDataset.open([sounds.path]), output: "\(folder.path)-single",
            threads: 1, evaluationData: try AudioDataset.open([sounds.path], layout: .fsdd))
        #expect(throws: EvaluationError.inData(sounds.path, .tooFewClasses(found: 1))) {
            _ = try trainer.run(resume: false)
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)-single"))
    }

    @Test func warm_up_counts_steps_and_epochs() {
        var section = ScheduleSection()
        (section.name, section.warmupSteps, section.warmupEpochs) = (.cosine, 2, 3)
        let schedule = LearningRateSchedule(base: 1, section: section, totalSteps: 30, batchesPerEpoch: 4)
        #expect(schedule(0) == 1.0 / 14 && schedule(13) == 1 && schedule(14) == 1)
        #expect(abs(schedule(22) - 0.5) < 1e-12)
    }

    /// A method with a momentum teacher that nothing would move.
    private struct Teacher: TrainingMethod {
        static let name: MethodName = "test-teacher"
        init(recipe: Recipe) {}
        let views: [ViewRole] = [.anchor, .positive]

        func record(_ model: ModelRecorder) -> RecordedLosses {
            let h = model.graph.withAverages { model.vectors() }
            let online = model.vectors()
            return RecordedLosses(
                embedding: h, objectives: [model.graph.ntXent(model.graph.unit("unit", online), temperature: 0.2)])
        }
    }

    @Test func a_method_that_reads_averages_needs_averages() throws {
        Registry.register(Teacher.self)
        defer { remove("teacher") }
        Interruption.reset()
        var recipe = recipe(steps: 1)
        recipe.method = Teacher.name
        let error = #expect(throws: RecipeError.self) { _ = try train(recipe, "teacher") }
        #expect(error?.description.contains("optimizer.average") == true)
        recipe.optimizer.average = 0.9
        #expect(try train(recipe, "teacher").steps == 1)
    }

    @Test func a_batch_larger_than_the_data_is_refused_before_memory_is_taken() {
        defer { remove("large") }
        var recipe = recipe()
        recipe.training.batchSize = 1 << 20
        #expect(throws: DataError.batchTooLarge(batch: 1 << 20, clips: 8)) { try train(recipe, "large") }
    }

    @Test func a_disk_without_room_for_a_checkpoint_is_told_before_the_training() throws {
        let error = #expect(throws: TrainingError.self) { try RunFolder(folder.path).expectRoom(for: .max) }
        #expect(error?.description.hasPrefix("the disk of \(folder.path) is full: a checkpoint needs") == true)
        try RunFolder(folder.path).expectRoom(for: 1)
    }
}
