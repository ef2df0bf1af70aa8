import Orchestrator
import Testing

@testable import OssicleTraining

/// Tests of the warnings about typical problems of contrastive pretraining, which a run must detect by itself.
@Suite(.serialized) struct WarningTests {
    private func summary(_ epoch: Int, accuracy: Double, rank: Double) -> EpochSummary {
        EpochSummary(
            epoch: epoch, step: epoch, loss: 0.1, pretextAccuracy: accuracy, deviationMean: 1, deviationMin: 0.1,
            effectiveRank: rank, viewsPerSecond: 1, dataWaitFraction: 0)
    }

    @Test func a_solved_pretext_with_a_falling_rank_is_told_once() {
        var watch = RunMeasures()
        #expect(watch.observe(summary(1, accuracy: 0.5, rank: 60)) == nil)
        #expect(watch.observe(summary(2, accuracy: 0.99, rank: 55)) == nil)
        let sentence = watch.observe(summary(3, accuracy: 0.99, rank: 30))
        #expect(sentence?.contains("99 %") == true)
        #expect(sentence?.contains("from 60 to 30") == true)
        #expect(watch.observe(summary(4, accuracy: 1, rank: 10)) == nil)
    }

    @Test func a_falling_rank_alone_is_no_warning() {
        var watch = RunMeasures()
        #expect(watch.observe(summary(1, accuracy: 0.2, rank: 60)) == nil)
        #expect(watch.observe(summary(2, accuracy: 0.6, rank: 20)) == nil)
    }

    private final class Listener: TrainingObserver {
        var sentences: [String] = []
        func progressed(_ progress: TrainingProgress) {}
        func finished(_ epoch: EpochSummary) {}
        func warned(_ sentence: String) { sentences.append(sentence) }
    }

    @Test func clips_shorter_than_two_views_are_one_warning_with_their_share() throws {
        let folder = try TemporaryFolder()
        for number in 0..<4 {
            try folder.writeNoise("\(number).wav", seconds: number == 0 ? 3 : 1, seed: number)
        }
        var recipe = Recipe()
        recipe.training.batchSize = 2
        recipe.training.steps = 1
        let listener = Listener()
        let trainer = Trainer(
            recipe: recipe, dataset: try AudioDataset.open([folder.path]), output: folder.path + "/run", threads: 2,
            observer: listener)
        Interruption.reset()
        let report = try trainer.run(resume: false).report
        #expect(listener.sentences.count == 1)
        #expect(listener.sentences.first?.hasPrefix("75 % of the clips are shorter than two views") == true)
        #expect(report.warnings == listener.sentences)
    }

    /// CLAR contrasts two augmented copies of the beginning of a clip. Its views are no crops.
    @Test func views_at_the_start_of_a_clip_give_no_warning_about_two_crops() throws {
        let folder = try TemporaryFolder()
        for number in 0..<4 { try folder.writeNoise("\(number).wav", seconds: 1, seed: number) }
        var recipe = Recipe()
        recipe.method = .clar
        recipe[CLAR.Options.self].labelWeight = 0
        recipe.data.placement = .start
        (recipe.training.batchSize, recipe.training.steps) = (2, 1)
        let listener = Listener()
        Interruption.reset()
        _ = try Trainer(
            recipe: recipe, dataset: try AudioDataset.open([folder.path]), output: folder.path + "/run", threads: 2,
            observer: listener
        ).run(resume: false)
        #expect(listener.sentences.isEmpty, "\(listener.sentences)")
    }
}
