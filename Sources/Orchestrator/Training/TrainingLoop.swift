import Foundation
import OssicleData
import OssicleKernels

/// Steps over a loader's batches, from the given counters to the last step. Pretraining and the fine-tuning of a probe
/// are the same loop; what happens between steps is the caller's.
package struct TrainingLoop {
    package let step: TrainingStep
    package let loader: ViewLoader
    package let schedule: LearningRateSchedule
    package let totalSteps: Int

    package init(step: TrainingStep, loader: ViewLoader, schedule: LearningRateSchedule, totalSteps: Int) {
        self.step = step
        self.loader = loader
        self.schedule = schedule
        self.totalSteps = totalSteps
    }

    package enum Ending {
        case done
        case stopped
        /// At this step (from 1); the weights are those before it.
        case notFinite(step: Int)
    }

    /// One trained batch.
    package struct Step {
        /// From 0.
        let epoch: Int
        let value: LossValue
        let terms: [String: Double]?
        let learningRate: Double
        let seconds: Double
        let waited: Double
    }

    /// - Parameter after: called after every step, with the counters already pointing at the next batch; false stops.
    package func run(_ counters: inout RunCounters, after: (Step, RunCounters) throws -> Bool) throws -> Ending {
        while counters.step < totalSteps {
            let start = Self.now()
            let batch = try loader.next()
            let loaded = Self.now()
            let value = step.forward(
                views: batch.views.span, labels: batch.labels, ratios: batch.ratios, step: counters.step)
            guard value.loss.isFinite else { return .notFinite(step: counters.step + 1) }
            step.backward(step: counters.step)
            let learningRate = schedule(counters.step)
            step.update(step: counters.step, learningRate: learningRate)
            if counters.firstLoss == nil { counters.firstLoss = value.loss }
            counters.step += 1
            counters.epoch = batch.epoch
            counters.batch = batch.batch + 1
            if counters.batch == loader.batchesPerEpoch {
                counters.epoch += 1
                counters.batch = 0
            }
            let done = Step(
                epoch: batch.epoch, value: value, terms: step.terms, learningRate: learningRate,
                seconds: Self.now() - start, waited: loaded - start)
            loader.recycle(batch)
            if try !after(done, counters) { return .stopped }
        }
        return .done
    }

    static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}
