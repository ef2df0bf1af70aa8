import Foundation
import OssicleModels

/// The learning rate of each step. It increases linearly in the warm-up, and is then constant or follows half a cosine
/// down to 0.
///
/// *Reference:* Loshchilov, Hutter, "SGDR", ICLR 2017 (without restarts).
package struct LearningRateSchedule {
    /// The learning rate at the end of the warm-up.
    package let base: Double
    package let section: ScheduleSection
    package let totalSteps: Int
    /// The number of steps of an epoch.
    package let batchesPerEpoch: Int

    package init(base: Double, section: ScheduleSection, totalSteps: Int, batchesPerEpoch: Int) {
        self.base = base
        self.section = section
        self.totalSteps = totalSteps
        self.batchesPerEpoch = batchesPerEpoch
    }

    private var warmupSteps: Int { section.warmupSteps + section.warmupEpochs * batchesPerEpoch }

    /// The learning rate of a step.
    /// - Parameter step: the number of the step, from 0.
    func callAsFunction(_ step: Int) -> Double {
        if step < warmupSteps { return base * Double(step + 1) / Double(warmupSteps) }
        switch section.name {
        case .constant:
            return base
        case .cosine:
            let span = Double(max(1, totalSteps - warmupSteps))
            let progress = min(1, Double(step - warmupSteps) / span)
            return base * 0.5 * (1 + cos(.pi * progress))
        }
    }
}
