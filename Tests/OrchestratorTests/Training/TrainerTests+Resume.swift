import Foundation
import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of runs that are continued.
extension TrainerTests {
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
}
