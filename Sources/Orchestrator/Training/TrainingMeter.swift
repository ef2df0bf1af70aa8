import Foundation
import OssicleBase
import OssicleKernels
import OssicleModels
import OssicleStatistics

/// Adds up what the steps of a run report.
struct TrainingMeter {
    private let epochs: Int
    private let steps: Int
    private let started = TrainingLoop.now()
    private(set) var progress: TrainingProgress
    private let viewsPerStep: Int
    private var trainedSteps = 0
    private var seconds = 0.0
    private var waited = 0.0
    /// What a checkpoint keeps of it.
    var measures: RunMeasures

    /// - Parameter measures: those of the checkpoint that the run continues from.
    init(epochs: Int, steps: Int, viewsPerStep: Int, measures: RunMeasures) {
        self.viewsPerStep = viewsPerStep
        self.measures = measures
        self.epochs = epochs
        self.steps = steps
        progress = TrainingProgress(
            epoch: 0, epochs: epochs, step: 0, steps: steps, loss: measures.lastLoss ?? .nan, pretextAccuracy: 0,
            learningRate: 0,
            viewsPerSecond: 0, dataWaitFraction: 0, secondsLeft: 0)
    }

    mutating func add(_ step: TrainingLoop.Step, _ counters: RunCounters) {
        trainedSteps += 1
        seconds += step.seconds
        waited += step.waited
        measures.loss += step.value.loss
        measures.lastLoss = step.value.loss
        measures.correct += step.value.correct
        measures.rows += step.value.rows
        measures.steps += 1
        progress.epoch = step.epoch + 1
        progress.step = counters.step
        progress.loss = step.value.loss
        progress.losses = step.terms
        progress.pretextAccuracy = step.value.accuracy
        progress.learningRate = step.learningRate
        progress.viewsPerSecond = Double(trainedSteps * viewsPerStep) / seconds
        progress.dataWaitFraction = waited / seconds
        progress.secondsLeft = seconds / Double(trainedSteps) * Double(steps - counters.step)
    }

    mutating func closeEpoch(_ counters: RunCounters, collapse: CollapseMeasures) -> EpochSummary {
        measures.effectiveRank = collapse.effectiveRank
        measures.accuracy = Double(measures.correct) / Double(max(1, measures.rows))
        defer { measures.forgetEpoch() }
        return EpochSummary(
            epoch: progress.epoch, step: counters.step, loss: measures.loss / Double(max(1, measures.steps)),
            pretextAccuracy: measures.accuracy, deviationMean: collapse.meanDeviation,
            deviationMin: collapse.minimumDeviation,
            effectiveRank: measures.effectiveRank, viewsPerSecond: progress.viewsPerSecond,
            dataWaitFraction: progress.dataWaitFraction)
    }

    func report(
        _ recipe: Recipe, _ counters: RunCounters, threads: Int, interrupted: Bool, warnings: [String]
    ) -> TrainingReport {
        TrainingReport(
            method: recipe.method.rawValue, epochs: counters.epoch, steps: counters.step, threads: threads,
            isa: Machine.activeInstructionSet, seed: recipe.training.seed, views: counters.step * viewsPerStep,
            viewsPerSecond: progress.viewsPerSecond, dataWaitFraction: progress.dataWaitFraction,
            peakRssBytes: Self.peakResidentBytes, lossFirst: counters.firstLoss ?? 0, lossLast: progress.loss,
            pretextAccuracy: measures.rows > 0
                ? Double(measures.correct) / Double(measures.rows) : measures.accuracy,
            effectiveRank: measures.effectiveRank, interrupted: interrupted, seconds: TrainingLoop.now() - started,
            warnings: warnings)
    }

    private static var peakResidentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
