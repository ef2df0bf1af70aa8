import Foundation
import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of runs that are interrupted, that lose a clip, or whose folder is in use.
extension TrainerTests {
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
