import Foundation
import Orchestrator
import Testing

@testable import OssicleExperiments

@Suite(.serialized) struct SweepTests {
    private static func plan(recipe: String, data: String, columns: String) throws -> SweepPlan {
        let yaml = """
            recipe: \(recipe)
            data: [\(data)]
            rows: [fade, time-shift]
            columns: [\(columns)]
            seeds: [3]
            set:
              augmentation.chain: "{row} 0.5, {column} 0.5"
              training.steps: 2
            diagonal: {augmentation.chain: "{row} 0.5"}
            probe: [\(data)]
            """
        return try SweepPlan(yaml: yaml, path: "grid.yaml")
    }

    @Test func a_cell_has_its_names_in_its_settings_and_the_diagonal_its_own() throws {
        let plan = try Self.plan(recipe: "clar", data: "sounds", columns: "fade, white-noise")
        #expect(
            plan.cells.map(\.name) == [
                "fade+fade+seed-3", "fade+white-noise+seed-3", "time-shift+fade+seed-3",
                "time-shift+white-noise+seed-3",
            ])
        #expect(
            plan.cells[2].settings == [
                "augmentation.chain=time-shift 0.5, fade 0.5", "training.seed=3", "training.steps=2",
            ])
        #expect(plan.cells[0].settings[0] == "augmentation.chain=fade 0.5")
    }

    @Test(arguments: [
        ("rows: [a]", "recipe"), ("recipe: x\ndata: a\nrows: [a, a]\nprobe: b", "rows"),
        ("recipe: x\ncolums: [a]", "columns"), ("recipe: x\nseeds: [one]", "seeds"), ("set: 3", "set"),
        ("3", "key: value"), ("recipe: x\ndata: a\nrows: [a b, a_b]\nprobe: b", "rows"),
        ("recipe: x\ndata: a\nrows: [a]\nseeds: [1, 1]\nprobe: b", "seeds"),
        ("recipe: x\ndata: a\nrows: [a, a+b]\ncolumns: [c, b+c]\nprobe: b", "share the folder a+b+c+seed-0"),
    ])
    func a_wrong_grid_names_the_key(yaml: String, key: String) {
        let error = #expect(throws: RecipeError.self) { try SweepPlan(yaml: yaml, path: "grid.yaml") }
        #expect(error?.description.contains(key) == true, "\(String(describing: error))")
    }

    /// Eight clips of two classes in `sounds`, and a sweep of two cells with two steps each.
    private static func sweep(in folder: TemporaryFolder) throws -> Sweep {
        for clip in 0..<8 {
            try folder.writeNoise("sounds/\(clip % 2 == 0 ? "a" : "b")/\(clip).wav", seconds: 1, seed: clip)
        }
        try folder.write(
            "data: {view_frames: 32}\ntraining: {batch_size: 4}\naugmentation: {positive_noise: 0}", to: "tiny.yaml")
        let plan = try plan(recipe: folder.place("tiny.yaml"), data: folder.place("sounds"), columns: "fade")
        return Sweep(plan: plan, output: folder.place("out"), threads: 2)
    }

    private final class Counter: TrainingObserver {
        var steps = 0
        func progressed(_ progress: TrainingProgress) { steps += 1 }
        func finished(_ epoch: EpochSummary) {}
        func warned(_ sentence: String) {}
    }

    @Test func a_cell_with_a_value_that_is_not_a_number_is_finished() throws {
        let folder = try TemporaryFolder()
        let sweep = try Self.sweep(in: folder)
        Interruption.reset()
        _ = try sweep.run()
        let cell = "out/fade+fade+seed-3"
        let text = try String(contentsOfFile: folder.place("\(cell)/report.json"), encoding: .utf8)
        let changed = text.replacing(/"loss_last":[^,]*/, with: "\"loss_last\":\"nan\"")
        #expect(changed != text)
        try folder.write(changed, to: "\(cell)/report.json")
        try FileManager.default.removeItem(atPath: folder.place("\(cell)/probe.json"))
        #expect(try sweep.run().scores.allSatisfy { $0 != nil })
        // A training that is continued writes a new report.
        #expect(try String(contentsOfFile: folder.place("\(cell)/report.json"), encoding: .utf8) == changed)
    }

    @Test func clips_that_cannot_be_probed_are_refused_before_the_first_training() throws {
        let folder = try TemporaryFolder()
        var plan = try Self.sweep(in: folder).plan
        plan.probe = [folder.place("sounds/a")]
        Interruption.reset()
        let error = EvaluationError.inData(folder.place("sounds/a"), .noLabels(layout: "folders"))
        #expect(throws: error) { _ = try Sweep(plan: plan, output: folder.place("out"), threads: 2).run() }
        #expect(!FileManager.default.fileExists(atPath: folder.place("out/fade+fade+seed-3")))
    }

    @Test func other_training_clips_are_refused_and_other_probed_clips_are_probed_again() throws {
        let folder = try TemporaryFolder()
        let sweep = try Self.sweep(in: folder)
        Interruption.reset()
        _ = try sweep.run()
        for clip in 0..<10 { try folder.writeNoise("others/\(clip % 2)/\(clip).wav", seconds: 1, seed: 20 + clip) }
        let counter = Counter()
        var (probed, trained) = (sweep.plan, sweep.plan)
        probed.probe = [folder.place("others")]
        trained.data = [folder.place("others")]
        let report = folder.place("out/fade+fade+seed-3/probe.json")
        func run(_ plan: SweepPlan) throws {
            _ = try Sweep(plan: plan, output: sweep.output, threads: 2).run(observer: counter)
        }

        let error = #expect(throws: TrainingError.self) { try run(trained) }
        #expect(error?.description.contains("trained with data = 8 clips") == true)
        let before = try Data(contentsOf: URL(filePath: report))
        try run(probed)
        let after = try Data(contentsOf: URL(filePath: report))
        #expect(after != before && counter.steps == 0)

        // A report of an earlier version does not describe its clips, and is kept.
        var old = try JSONDecoder().decode(ProbeReport.self, from: after)
        #expect(old.data?.hasPrefix("10 clips") == true)
        old.data = nil
        try old.json().write(to: URL(filePath: report))
        try run(sweep.plan)
        #expect(try Data(contentsOf: URL(filePath: report)) == old.json())
    }

    @Test func a_sweep_stopped_in_the_middle_goes_on_and_repeats_nothing() throws {
        let folder = try TemporaryFolder()
        let sweep = try Self.sweep(in: folder)
        let plan = sweep.plan

        // The second run is interrupted after the first of its two steps.
        final class Stopper: TrainingObserver {
            var steps = 0
            func progressed(_ progress: TrainingProgress) {
                steps += 1
                if steps == 3 { Interruption.request() }
            }
            func finished(_ epoch: EpochSummary) {}
            func warned(_ sentence: String) {}
        }
        Interruption.reset()
        defer { Interruption.reset() }
        let stopper = Stopper()
        let first = try sweep.run(observer: stopper)
        Interruption.reset()
        #expect(stopper.steps == 3 && first.interrupted && first.scores[0] != nil && first.scores[1] == nil)
        let before = try Data(contentsOf: URL(filePath: folder.place("out/fade+fade+seed-3/probe.json")))
        let second = try sweep.run(observer: stopper)
        #expect(stopper.steps == 4 && !second.interrupted && second.scores.allSatisfy { $0 != nil })
        #expect(try Data(contentsOf: URL(filePath: folder.place("out/fade+fade+seed-3/probe.json"))) == before)
        #expect(try sweep.run(observer: stopper).scores == second.scores && stopper.steps == 4)
        let table = try String(contentsOfFile: folder.place("out/table.md"), encoding: .utf8)
        let lines = table.split(separator: "\n")
        #expect(lines.prefix(2) == ["| | fade |", "| --- | --- |"] && lines.count == 4)
        #expect(lines[2].hasPrefix("| fade | ") && !table.contains("–"))
        #expect(FileManager.default.fileExists(atPath: folder.place("out/heatmap.svg")))

        // A grid refuses results of another recipe.
        var changed = plan
        changed.settings["optimizer.learning_rate"] = "0.5"
        let error = #expect(throws: TrainingError.self) {
            try Sweep(plan: changed, output: folder.place("out"), threads: 2).run()
        }
        #expect(error?.description.contains("optimizer.learning_rate") == true)
        var last = plan
        last.embedding = .last
        let again = Sweep(plan: last, output: folder.place("out"), threads: 2)
        #expect(again.scores == [nil, nil])
        // The encoders are evaluated again, but they are not trained again.
        #expect(try again.run(observer: stopper).scores.allSatisfy { $0 != nil } && stopper.steps == 4)
    }

    @Test func means_and_deviations_are_over_the_seeds() {
        var plan = SweepPlan()
        (plan.rows, plan.seeds) = (["a", "b"], [0, 1])
        func score(_ value: Double) -> ProbeScore {
            ProbeScore(value: value, ci95: Interval(low: 0, high: 1), clips: 10)
        }
        let table = SweepTable(plan: plan, scores: [score(0.5), score(0.7), score(0.25), nil])
        #expect(table.markdown == "| | accuracy |\n| --- | --- |\n| a | 0.600 ± 0.141 |\n| b | 0.250 |\n")
        #expect(table.entry(row: 1, column: 0) == SweepTable.Entry(mean: 0.25, deviation: nil, seeds: 1))
    }

    @Test func names_cannot_break_the_table_or_the_titles_of_the_heat_map() {
        var plan = SweepPlan()
        plan.rows = ["a|b"]
        let score = ProbeScore(value: 0.5, ci95: Interval(low: 0, high: 1), clips: 10)
        let table = SweepTable(plan: plan, scores: [score])
        #expect(table.markdown == "| | accuracy |\n| --- | --- |\n| a\\|b | 0.500 |\n")
        #expect(table.heatMap.document.contains("<title>a|b: 0.5</title>"))
        plan.columns = ["c|d"]
        let wide = SweepTable(plan: plan, scores: [score])
        #expect(wide.markdown.hasPrefix("| | c\\|d |\n"))
        #expect(wide.heatMap.document.contains("<title>a|b, c|d: 0.5</title>"))
    }
}
