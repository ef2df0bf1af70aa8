import Foundation
import OssicleData
import OssicleKernels

/// The training loop: it trains on a loader's batches, from the given counters to the last step. Pretraining and the
/// fine-tuning of a probe use the same loop. The caller decides what happens between steps.
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

    /// The reason why the loop has ended.
    package enum Ending {
        case done
        /// `after` or `isCancelled` has ended it. The weights are those after the last whole step.
        case stopped
        /// The loss of this step (counted from 1) is not finite. The weights are those before this step.
        case notFinite(step: Int)
    }

    /// The results of one step.
    package struct Step {
        /// The number of the epoch, from 0.
        let epoch: Int
        let value: LossValue
        let terms: [String: Double]?
        let learningRate: Double
        /// The duration of the step, including the time of `waited`.
        let seconds: Double
        /// The time in seconds that the step has waited for the loader.
        let waited: Double
    }

    /// Runs the steps from `counters` on.
    /// - Parameters:
    ///   - isCancelled: whether to stop. It is called many times in a step, and before a step several times per second. A
    ///     step that is not finished changes nothing.
    ///   - after: called after every step, with the counters of the next batch. The loop stops if the result is false.
    package func run(
        _ counters: inout RunCounters, isCancelled: () -> Bool = { false }, after: (Step, RunCounters) throws -> Bool
    ) throws -> Ending {
        while counters.step < totalSteps {
            let start = Self.now()
            let batch: ViewBatch
            do throws(DataError) {
                batch = try loader.next(isCancelled: isCancelled)
            } catch {
                if error == .stopped, isCancelled() { return .stopped }
                throw error
            }
            let loaded = Self.now()
            guard
                let value = step.forward(
                    views: batch.views.span, labels: batch.labels, ratios: batch.ratios, step: counters.step,
                    isCancelled: isCancelled)
            else { return .stopped }
            guard value.loss.isFinite else { return .notFinite(step: counters.step + 1) }
            guard step.backward(step: counters.step, isCancelled: isCancelled) else { return .stopped }
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
