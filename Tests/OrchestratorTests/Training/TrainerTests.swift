import Foundation
import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of complete training runs on small synthetic data.
@Suite(.serialized) struct TrainerTests: SmallRuns {
    let folder: TemporaryFolder

    init() throws { folder = try Self.writeClips() }

    /// An observer that requests an interruption after a number of steps, as SIGINT does.
    private final class Interrupter: TrainingObserver {
        let step: Int
        init(after step: Int) { self.step = step }
        func progressed(_ progress: TrainingProgress) { if progress.step == step { Interruption.request() } }
        func finished(_ epoch: EpochSummary) {}
        func warned(_ sentence: String) {}
    }

    private final class Evaluations: TrainingObserver {
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
        #expect(throws: EvaluationError.noLabels(layout: "folders")) { _ = try trainer.run(resume: false) }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)-unlabelled"))
    }

    @Test func evaluation_on_a_single_class_is_an_error_before_the_first_step() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<4 { try sounds.writeNoise("7_theo_\(number).wav", seed: number) }
        let trainer = Trainer(
            recipe: recipe(), dataset: try AudioDataset.open([sounds.path]), output: "\(folder.path)-single",
            threads: 1, evaluationData: try AudioDataset.open([sounds.path], layout: .fsdd))
        #expect(throws: EvaluationError.tooFewClasses(found: 1)) { _ = try trainer.run(resume: false) }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)-single"))
    }

    @Test func warm_up_counts_steps_and_epochs() {
        var section = ScheduleSection()
        (section.name, section.warmupSteps, section.warmupEpochs) = (.cosine, 2, 3)
        let schedule = LearningRateSchedule(base: 1, section: section, totalSteps: 30, batchesPerEpoch: 4)
        #expect(schedule(0) == 1.0 / 14 && schedule(13) == 1 && schedule(14) == 1)
        #expect(abs(schedule(22) - 0.5) < 1e-12)
    }

    @Test func interrupted_and_resumed_equals_uninterrupted_bit_for_bit() throws {
        defer { remove("whole", "parts") }
        Interruption.reset()
        let uninterrupted = try train(recipe(), "whole")
        // In the middle of the second epoch.
        let first = try train(recipe(), "parts", observer: Interrupter(after: 3))
        #expect(first.interrupted && first.steps == 3)
        Interruption.reset()
        let second = try train(recipe(), "parts", resume: true, threads: 1)
        #expect(!second.interrupted && second.steps == 4 && second.views == uninterrupted.views)
        #expect(second.pretextAccuracy == uninterrupted.pretextAccuracy)
        #expect(second.effectiveRank == uninterrupted.effectiveRank)
        let (whole, parts) = (try bytes("whole"), try bytes("parts"))
        #expect(whole == parts)
        let log = try String(contentsOfFile: "\(folder.path)-parts/log.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").filter { $0.contains("learning_rate") }.count == 4)
        #expect(try epochLosses("parts") == epochLosses("whole"))
    }

    /// Trains with the losses and heads of CLAR, LARS, half of the labels, and augmented views from the start of each
    /// clip.
    @Test func clar_with_some_labels_resumes_to_the_same_bits() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<8 {
            try sounds.writeNoise("\(number % 2 == 0 ? "a" : "b")/\(number).wav", seconds: 0.5, seed: number)
        }
        var recipe = recipe()
        recipe.method = .clar
        recipe.data.placement = .start
        recipe.data.labelShare = 0.5
        recipe.augmentation.chain = try AugmentationChain("fade 0.5, pitch-shift 0.5, white-noise 0.5")
        (recipe.head.projection, recipe.head.hidden) = (16, 24)
        (recipe.optimizer.name, recipe.optimizer.learningRate) = (.lars, 0.3)
        recipe.optimizer.weightDecay = 1e-4
        let dataset = try AudioDataset.open([sounds.path])
        defer { remove("clar", "clar-parts") }
        func run(_ name: String, resume: Bool = false, threads: Int, observer: (any TrainingObserver)? = nil) throws
            -> TrainingReport
        {
            Interruption.reset()
            return try Trainer(
                recipe: recipe, dataset: dataset, output: "\(folder.path)-\(name)", threads: threads,
                observer: observer
            ).run(resume: resume).report
        }
        let report = try run("clar", threads: 2)
        #expect(report.steps == 4 && report.lossLast.isFinite)
        _ = try run("clar-parts", threads: 1, observer: Interrupter(after: 2))
        _ = try run("clar-parts", resume: true, threads: 3)
        let (whole, parts) = (try bytes("clar"), try bytes("clar-parts"))
        #expect(whole == parts)
        let log = try String(contentsOfFile: "\(folder.path)-clar/log.jsonl", encoding: .utf8)
        #expect(log.contains("\"losses\":{\"clip\":") && log.contains("\"label\":"))
    }

    @Test func a_finished_run_that_is_resumed_stays_as_it_is() throws {
        defer { remove("finished") }
        Interruption.reset()
        let first = try train(recipe(), "finished")
        let files = [Checkpoint.fileName, "report.json", "log.jsonl"].map { "\(folder.path)-finished/\($0)" }
        let before = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        let again = try train(recipe(), "finished", resume: true)
        #expect(again.steps == 4 && again.views == first.views && again.lossLast == first.lossLast)
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == before)
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

    @Test func a_run_is_neither_overwritten_nor_resumed_with_another_recipe() throws {
        defer { remove("run", "none") }
        Interruption.reset()
        _ = try train(recipe(steps: 1), "run")
        #expect(throws: TrainingError.runExists(path: "\(folder.path)-run")) { _ = try train(recipe(), "run") }
        #expect(throws: TrainingError.nothingToResume(path: "\(folder.path)-none")) {
            _ = try train(recipe(), "none", resume: true)
        }
        var other = recipe()
        other.optimizer.learningRate = 0.5
        let error = #expect(throws: TrainingError.self) { _ = try train(other, "run", resume: true) }
        #expect(error?.description.contains("optimizer.learning_rate") == true)
    }

    @Test func a_run_is_not_resumed_with_other_clips() throws {
        defer { remove("data") }
        _ = try train(recipe(steps: 2), "data")
        // The same clips in a different folder count as the same data.
        let copy = folder.path + "-copy/" + URL(filePath: folder.path).lastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder.path + "-copy", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder.path + "-copy") }
        try FileManager.default.copyItem(atPath: folder.path, toPath: copy)
        func resume(_ steps: Int) throws {
            _ = try Trainer(
                recipe: recipe(steps: steps), dataset: try AudioDataset.open([copy], layout: .folders),
                output: "\(folder.path)-data", threads: 1
            ).run(resume: true)
        }
        try resume(3)
        try FileManager.default.removeItem(atPath: copy + "/7.wav")
        let error = #expect(throws: TrainingError.self) { try resume(4) }
        #expect(error?.description.contains("7 clips of") == true, "\(String(describing: error))")
    }

    @Test func a_new_run_begins_a_new_log() throws {
        defer { remove("log") }
        try FileManager.default.createDirectory(atPath: folder.path + "-log", withIntermediateDirectories: true)
        try "{\"step\": 1, \"left\": \"by a run that was killed\"}\n".write(
            toFile: folder.path + "-log/log.jsonl", atomically: true, encoding: .utf8)
        _ = try train(recipe(steps: 2), "log")
        let log = try String(contentsOfFile: folder.path + "-log/log.jsonl", encoding: .utf8)
        #expect(!log.contains("killed") && log.contains("\"step\":2"))
    }

    @Test func a_batch_larger_than_the_data_is_refused_before_memory_is_taken() {
        defer { remove("large") }
        var recipe = recipe()
        recipe.training.batchSize = 1 << 20
        #expect(throws: DataError.batchTooLarge(batch: 1 << 20, clips: 8)) { try train(recipe, "large") }
    }

    @Test func a_run_goes_on_with_other_data_if_that_is_allowed_and_says_so() throws {
        defer { remove("new-data") }
        Interruption.reset()
        var recipe = recipe()
        (recipe.training.steps, recipe.training.epochs) = (0, 3)
        // Eight clips in batches of three are two steps per epoch. This is the middle of the second epoch.
        _ = try train(recipe, "new-data", observer: Interrupter(after: 3))
        Interruption.reset()
        for number in 8..<12 { try folder.writeNoise("\(number).wav", seconds: 2.5, seed: number) }
        #expect(throws: TrainingError.self) { try train(recipe, "new-data", resume: true) }
        let dataset = try AudioDataset.open([folder.path], layout: .folders)
        let warnings = Warnings()
        let report = try Trainer(
            recipe: recipe, dataset: dataset, output: folder.path + "-new-data", threads: 1, observer: warnings
        ).run(resume: true, allowsNewData: true).report
        // Three steps, and four of the third epoch, which has twelve clips.
        #expect(report.steps == 7 && report.epochs == 3 && !report.interrupted)
        let told = try #require(warnings.all.first { $0.contains("goes on with other data after step 3") })
        #expect(told.contains("8 clips") && told.contains("12 clips") && report.warnings.contains(told))
        let log = try String(contentsOfFile: folder.path + "-new-data/log.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count { $0.contains("data_change") } == 1)
        let checkpoint = try Checkpoint(folder.path + "-new-data")
        #expect(checkpoint.data == dataset.identity && checkpoint.counters.dataChanges?.map(\.epoch) == [2])
        // The new data is now that of the run.
        #expect(try train(recipe, "new-data", resume: true).steps == 7)
    }

    @Test func a_run_is_not_resumed_with_other_classes_even_if_new_data_is_allowed() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<6 { try sounds.writeNoise("\(number % 2 == 0 ? "a" : "b")/\(number).wav", seed: number) }
        defer { remove("classes") }
        Interruption.reset()
        var recipe = recipe(steps: 1)
        recipe.method = .supervised
        func run(resume: Bool) throws {
            _ = try Trainer(
                recipe: recipe, dataset: try AudioDataset.open([sounds.path]), output: folder.path + "-classes",
                threads: 1
            ).run(resume: resume, allowsNewData: resume)
        }
        try run(resume: false)
        try FileManager.default.moveItem(atPath: sounds.path + "/b", toPath: sounds.path + "/c")
        let error = #expect(throws: TrainingError.self) { try run(resume: true) }
        #expect(error?.description.contains("the classes a, b") == true, "\(String(describing: error))")
    }

    @Test func a_run_that_is_interrupted_before_its_first_step_writes_nothing() throws {
        defer { remove("early") }
        Interruption.request()
        defer { Interruption.reset() }
        let path = folder.path + "-early"
        #expect(throws: TrainingError.interrupted(path: path, isNew: true)) { try train(recipe(), "early") }
        #expect(!FileManager.default.fileExists(atPath: path))
        Interruption.reset()
        _ = try train(recipe(steps: 1), "early")
        let before = try bytes("early")
        let log = try Data(contentsOf: URL(filePath: path + "/log.jsonl"))
        Interruption.request()
        #expect(throws: TrainingError.interrupted(path: path, isNew: false)) {
            try train(recipe(), "early", resume: true)
        }
        #expect(try bytes("early") == before && Data(contentsOf: URL(filePath: path + "/log.jsonl")) == log)
    }

    @Test func a_step_that_is_cancelled_changes_nothing() throws {
        let (whole, cancelled) = try (
            TrainingStep(recipe: recipe(), batch: 3, threads: 1), TrainingStep(recipe: recipe(), batch: 3, threads: 1)
        )
        var random = RandomStream(seed: 1, purpose: .test)
        let views = (0..<whole.views * whole.viewValues).map { _ in random.normal() }
        /// Runs a step, and cancels it before the operation `limit`.
        func run(_ step: TrainingStep, limit: Int) -> Double? {
            var calls = 0
            func isCancelled() -> Bool {
                calls += 1
                return calls > limit
            }
            guard
                let value = step.forward(
                    views: views.span, labels: [], ratios: [], step: 0, isCancelled: isCancelled),
                step.backward(step: 0, isCancelled: isCancelled)
            else { return nil }
            step.update(step: 0, learningRate: 1e-3)
            return value.loss
        }
        let count = cancelled.program.graph.operations.count
        for limit in [0, 20, count - 1, count, count + 20] { #expect(run(cancelled, limit: limit) == nil) }
        #expect(run(whole, limit: .max) == run(cancelled, limit: .max))
        for parameter in whole.parameters.all {
            let name = whole.parameters.entry(parameter).name
            let same = whole.parameters.buffer(parameter).array == cancelled.parameters.buffer(parameter).array
            #expect(same, "\(name)")
        }
    }

    /// An observer that requests an interruption at the end of an epoch, before the evaluation.
    private final class EpochInterrupter: TrainingObserver {
        private(set) var evaluations = 0
        func progressed(_ progress: TrainingProgress) {}
        func finished(_ epoch: EpochSummary) { Interruption.request() }
        func evaluated(_ evaluation: EvaluationSummary) { evaluations += 1 }
        func warned(_ sentence: String) {}
    }

    @Test func an_evaluation_that_was_interrupted_is_made_up_for() throws {
        let sounds = try TemporaryFolder()
        for number in 0..<12 {
            try sounds.writeNoise("\(number % 2 == 0 ? "a" : "b")/\(number).wav", seconds: 0.5, seed: number)
        }
        defer { remove("evaluation", "evaluation-whole") }
        let labelled = try AudioDataset.open([sounds.path])
        func run(_ name: String, resume: Bool, _ observer: any TrainingObserver) throws -> TrainingReport {
            Interruption.reset()
            return try Trainer(
                recipe: recipe(), dataset: labelled, output: "\(folder.path)-\(name)", threads: 1, observer: observer,
                evaluationData: labelled
            ).run(resume: resume).report
        }
        let interrupter = EpochInterrupter()
        let first = try run("evaluation", resume: false, interrupter)
        // All four steps are done, but not the evaluation at the end.
        #expect(first.interrupted && first.steps == 4 && interrupter.evaluations == 0)
        let evaluations = Evaluations()
        let second = try run("evaluation", resume: true, evaluations)
        #expect(!second.interrupted && evaluations.all.map(\.step) == [4])
        let whole = Evaluations()
        _ = try run("evaluation-whole", resume: false, whole)
        #expect(whole.all.map(\.probeAccuracy) == evaluations.all.map(\.probeAccuracy))
        let same = try bytes("evaluation") == bytes("evaluation-whole")
        #expect(same)
        let log = try String(contentsOfFile: folder.path + "-evaluation/log.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count { $0.contains("probe_accuracy") } == 1)
    }

    @Test func two_runs_in_one_folder_exclude_each_other() throws {
        defer { remove("locked") }
        Interruption.reset()
        let path = folder.path + "-locked"
        let other = try RunFolder.lock(path)
        let own = Int(ProcessInfo.processInfo.processIdentifier)
        #expect(throws: TrainingError.inUse(path: path, process: own)) { try train(recipe(), "locked") }
        other.release()
        // A process that was killed in writing leaves a temporary file.
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let partial = "\(path)/\(Checkpoint.fileName).1-2.partial"
        #expect(FileManager.default.createFile(atPath: partial, contents: Data([1])))
        #expect(try train(recipe(steps: 1), "locked").steps == 1)
        let left = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(left == [Checkpoint.fileName, "log.jsonl", "recipe.yaml", "report.json"])
    }

    @Test func a_disk_without_room_for_a_checkpoint_is_told_before_the_training() throws {
        let error = #expect(throws: TrainingError.self) { try RunFolder(folder.path).expectRoom(for: .max) }
        #expect(error?.description.hasPrefix("the disk of \(folder.path) is full: a checkpoint needs") == true)
        try RunFolder(folder.path).expectRoom(for: 1)
    }

    @Test func a_lost_clip_stops_the_run_with_a_checkpoint() throws {
        defer { remove("lost") }
        Interruption.reset()
        final class Remover: TrainingObserver {
            let path: String
            init(_ path: String) { self.path = path }
            func progressed(_ progress: TrainingProgress) { try? FileManager.default.removeItem(atPath: path) }
            func finished(_ epoch: EpochSummary) {}
            func warned(_ sentence: String) {}
        }
        var recipe = recipe(steps: 100)
        recipe.data.cacheMemoryMiB = 0
        recipe.data.prefetch = 1
        #expect {
            try train(recipe, "lost", observer: Remover(folder.path + "/5.wav"))
        } throws: { error in
            guard case DataError.lost(let reason) = error else { return false }
            return reason.contains("5.wav")
        }
        let checkpoint = try Checkpoint(folder.path + "-lost")
        #expect(checkpoint.counters.step > 0 && checkpoint.counters.step < 100)
    }
}
