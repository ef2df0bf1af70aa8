import Foundation
import OssicleBase
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// Adds up what a run's steps report.
struct TrainingMeter {
    private let epochs: Int
    private let steps: Int
    private let started = TrainingLoop.now()
    private(set) var progress: TrainingProgress
    private var trainedViews = 0
    private var trainedSteps = 0
    private var seconds = 0.0
    private var waited = 0.0
    private var epochLoss = 0.0
    private var epochCorrect = 0
    private var epochRows = 0
    private var epochSteps = 0
    private var effectiveRank = 0.0
    private var epochAccuracy = 0.0

    init(epochs: Int, steps: Int) {
        self.epochs = epochs
        self.steps = steps
        progress = TrainingProgress(
            epoch: 0, epochs: epochs, step: 0, steps: steps, loss: 0, pretextAccuracy: 0, learningRate: 0,
            viewsPerSecond: 0, dataWaitFraction: 0, secondsLeft: 0)
    }

    mutating func add(_ step: TrainingLoop.Step, views: Int, _ counters: RunCounters) {
        trainedViews += views
        trainedSteps += 1
        seconds += step.seconds
        waited += step.waited
        epochLoss += step.value.loss
        epochCorrect += step.value.correct
        epochRows += step.value.rows
        epochSteps += 1
        progress.epoch = step.epoch + 1
        progress.step = counters.step
        progress.loss = step.value.loss
        progress.losses = step.terms
        progress.pretextAccuracy = step.value.accuracy
        progress.learningRate = step.learningRate
        progress.viewsPerSecond = Double(trainedViews) / seconds
        progress.dataWaitFraction = waited / seconds
        progress.secondsLeft = seconds / Double(trainedSteps) * Double(steps - counters.step)
    }

    mutating func closeEpoch(_ counters: RunCounters, collapse: CollapseMeasures) -> EpochSummary {
        effectiveRank = collapse.effectiveRank
        epochAccuracy = Double(epochCorrect) / Double(max(1, epochRows))
        defer { (epochLoss, epochCorrect, epochRows, epochSteps) = (0, 0, 0, 0) }
        return EpochSummary(
            epoch: progress.epoch, step: counters.step, loss: epochLoss / Double(max(1, epochSteps)),
            pretextAccuracy: epochAccuracy, deviationMean: collapse.meanDeviation,
            deviationMin: collapse.minimumDeviation,
            effectiveRank: effectiveRank, viewsPerSecond: progress.viewsPerSecond,
            dataWaitFraction: progress.dataWaitFraction)
    }

    func report(
        _ recipe: Recipe, _ counters: RunCounters, threads: Int, interrupted: Bool, warnings: [String]
    ) -> TrainingReport {
        TrainingReport(
            method: recipe.method.rawValue, epochs: counters.epoch, steps: counters.step, threads: threads,
            isa: Machine.activeInstructionSet, seed: recipe.training.seed, views: trainedViews,
            viewsPerSecond: progress.viewsPerSecond, dataWaitFraction: progress.dataWaitFraction,
            peakRssBytes: Self.peakResidentBytes, lossFirst: counters.firstLoss ?? 0, lossLast: progress.loss,
            pretextAccuracy: epochRows > 0 ? Double(epochCorrect) / Double(epochRows) : epochAccuracy,
            effectiveRank: effectiveRank, interrupted: interrupted, seconds: TrainingLoop.now() - started,
            warnings: warnings)
    }

    private static var peakResidentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
