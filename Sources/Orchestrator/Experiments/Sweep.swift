import Foundation
import OssicleBase
import OssicleData
import OssicleEvaluation
import OssicleModels
import OssicleTraining

/// Runs a ``SweepPlan``: pretrains and probes each cell, and skips finished cells. All results are in one folder. It
/// contains one run folder per cell with a `probe.json`, and `table.md` and `heatmap.svg` for all finished cells.
public struct Sweep {
    public let plan: SweepPlan
    /// The folder for all runs and results.
    public let output: String
    public let threads: Int

    public init(plan: SweepPlan, output: String, threads: Int) {
        self.plan = plan
        self.output = output
        self.threads = threads
    }

    /// The score of each cell, in the order of the plan's cells; nil if the cell is not finished.
    public typealias Scores = [ProbeScore?]

    /// Runs all cells that are not finished.
    ///
    /// - Parameters:
    ///   - observer: receives the progress of each cell's training.
    ///   - tell: receives a line of text whenever a cell begins or is finished, and for each warning.
    /// - Returns: the scores, whether ``Interruption`` ended the sweep early, and warnings about files that could not be
    ///   used.
    public func run(
        observer: (any TrainingObserver)? = nil, tell: (String) -> Void = { _ in }
    ) throws -> (scores: Scores, interrupted: Bool, warnings: [String]) {
        // All recipes are read before the first training, so that a wrong recipe is found at once.
        let recipes = try plan.cells.map { cell throws(RecipeError) in
            do throws(RecipeError) {
                return try RecipeFile.load(plan.recipe, overrides: cell.settings)
            } catch {
                throw .inRun(name: cell.name, error)
            }
        }
        // Two sweeps would train the same cells.
        let lock = try RunFolder.lock(output)
        defer { withExtendedLifetime(lock) {} }
        let dataset = try AudioDataset.open(plan.data)
        let labelled = try AudioDataset.open(plan.probe)
        // The error would otherwise occur after the first training.
        for seed in plan.seeds { _ = try labelled.probeFolds(seed: seed) }
        let (trained, probed) = (dataset.identity, labelled.identity)
        for (cell, recipe) in zip(plan.cells, recipes) { try expectUnchanged(cell, recipe, trained) }
        var warnings: [String] = []
        func warn(_ sentence: String) {
            guard !warnings.contains(sentence) else { return }
            warnings.append(sentence)
            tell("warning: \(sentence)")
        }
        if !lock.isEffective { warn(RunFolder.warning(about: output)) }
        for sentence in dataset.warnings + labelled.warnings + labelled.probeWarnings { warn(sentence) }
        let finished = plan.cells.map { report(of: $0, probed: probed) }
        for sentence in finished.compactMap(\.self).flatMap(\.warnings) { warn(sentence) }
        var scores = finished.map { $0?.score }
        for (index, cell) in plan.cells.enumerated() where scores[index] == nil {
            tell("\(cell.name): \(index + 1) of \(plan.cells.count)")
            let report: ProbeReport
            do {
                guard try train(cell, recipes[index], dataset, observer), !Interruption.isRequested else {
                    return (scores, true, warnings)
                }
                report = try probe(cell, recipes[index], labelled, probed)
            } catch TrainingError.interrupted, EvaluationError.interrupted {
                return (scores, true, warnings)
            }
            scores[index] = report.score
            for sentence in report.warnings { warn(sentence) }
            tell("\(cell.name): accuracy \(report.value)")
            try SweepTable(plan: plan, scores: scores).write(to: output)
        }
        try SweepTable(plan: plan, scores: scores).write(to: output)
        return (scores, false, warnings)
    }

    /// Checks that a cell that has begun was trained with the recipe and the clips that the grid has now.
    /// - Parameter trained: the identity of the clips.
    /// - Throws: ``TrainingError/cellDiffers(path:key:saved:wanted:)``.
    private func expectUnchanged(_ cell: SweepPlan.Cell, _ recipe: Recipe, _ trained: String) throws {
        let path = folder(cell)
        guard FileManager.default.fileExists(atPath: path + "/" + Checkpoint.fileName),
            FileManager.default.fileExists(atPath: path + "/recipe.yaml")
        else { return }
        let saved = try RecipeFile.load(path + "/recipe.yaml")
        if let found = saved.difference(from: recipe) {
            throw TrainingError.cellDiffers(path: path, key: found.key, saved: found.own, wanted: found.other)
        }
        // Older checkpoints do not describe their clips.
        let data = try Checkpoint(path).data
        if !data.isEmpty, data != trained {
            throw TrainingError.cellDiffers(path: path, key: "data", saved: data, wanted: trained)
        }
    }

    /// The scores of the finished cells, on whatever clips they were probed.
    public var scores: Scores { plan.cells.map { report(of: $0)?.score } }

    private func folder(_ cell: SweepPlan.Cell) -> String { "\(output)/\(cell.name)" }

    /// The report of a finished cell.
    /// - Parameter probed: the identity of the clips on which the cell must have been probed; nil: any clips. Older
    ///   reports do not describe their clips, and are accepted.
    private func report(of cell: SweepPlan.Cell, probed: String? = nil) -> ProbeReport? {
        guard let data = try? Data(contentsOf: URL(filePath: folder(cell) + "/probe.json")),
            let report = try? JSONDecoder().decode(ProbeReport.self, from: data),
            isRead(report), probed == nil || report.data == nil || report.data == probed
        else { return nil }
        return report
    }

    /// Whether a report has the embedding that the grid asks for. If the grid does not ask for one, any embedding is
    /// accepted.
    private func isRead(_ report: ProbeReport) -> Bool {
        guard let kind = plan.embedding, let read = report.embedding else { return true }
        return (read == ["last"]) == (kind == .last)
    }

    /// Trains a cell, or continues its training.
    /// - Returns: false if the training was interrupted. In this case there is a checkpoint.
    private func train(
        _ cell: SweepPlan.Cell, _ recipe: Recipe, _ dataset: AudioDataset, _ observer: (any TrainingObserver)?
    ) throws -> Bool {
        let path = folder(cell)
        let report = path + "/report.json"
        let isBegun = FileManager.default.fileExists(atPath: "\(path)/\(Checkpoint.fileName)")
        if isBegun, let data = try? Data(contentsOf: URL(filePath: report)) {
            if let done = try? JSONDecoder.run.decode(TrainingReport.self, from: data), !done.interrupted {
                return true
            }
        }
        let trainer = Trainer(recipe: recipe, dataset: dataset, output: path, threads: threads, observer: observer)
        return try !trainer.run(resume: isBegun).interrupted
    }

    /// Probes a cell and writes its `probe.json`.
    /// - Parameter probed: the identity of the clips.
    private func probe(
        _ cell: SweepPlan.Cell, _ recipe: Recipe, _ labelled: AudioDataset, _ probed: String
    ) throws -> ProbeReport {
        var options = ClipProbeOptions()
        options.seed = cell.seed
        options.includesLogMel = false
        options.heldOutOnly = recipe.data.holdOut == .test
        options.threads = threads
        let lock = try RunFolder.lock(folder(cell))
        defer { withExtendedLifetime(lock) {} }
        let checkpoint = try Checkpoint(folder(cell))
        let encoder = try checkpoint.encoder(embedding: checkpoint.embedding(plan.embedding), threads: threads)
        var report = try probeClips(dataset: labelled, encoders: [("run", encoder)], options: options)
        report.data = probed
        let path = folder(cell) + "/probe.json"
        if let reason = PartialFile(path).commit(Array(try report.json())) {
            throw TrainingError.cannotWrite(path: path, reason: reason)
        }
        return report
    }
}
