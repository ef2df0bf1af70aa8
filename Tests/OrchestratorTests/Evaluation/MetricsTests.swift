import Foundation
import Orchestrator
import Testing

@testable import OssicleStatistics

@Suite struct MetricsTests {
    // In class 0, 3 of 4 clips are right; in class 1, 1 of 2. Class 2 does not occur but is predicted once.
    let matrix = ConfusionMatrix(classes: 3, labels: [0, 0, 0, 0, 1, 1], predictions: [0, 0, 0, 1, 1, 2])

    @Test func confusion_matrix_counts_true_classes_in_rows() {
        #expect(matrix.counts == [3, 1, 0, 0, 1, 1, 0, 0, 0])
        #expect(matrix[1, 2] == 1)
        #expect(matrix.total == 6)
    }

    @Test func accuracy_and_recalls_match_a_case_worked_by_hand() {
        #expect(matrix.accuracy == 4.0 / 6)
        #expect(matrix.recalls == [0.75, 0.5, nil])
        #expect(matrix.meanRecall == 0.625)
    }

    @Test func an_empty_matrix_scores_zero() {
        let empty = ConfusionMatrix(classes: 2)
        #expect(empty.accuracy == 0)
        #expect(empty.meanRecall == 0)
        #expect(empty.recalls == [nil, nil])
    }
}

@Suite struct BootstrapTests {
    @Test func quantiles_interpolate_between_neighbours() {
        #expect(Bootstrap.quantile(0.025, sorted: [0, 1, 2, 3, 4]) == 0.1)
        #expect(Bootstrap.quantile(1, sorted: [0, 1, 2]) == 2)
        #expect(Bootstrap.quantile(0.5, sorted: [7]) == 7)
    }

    @Test func interval_of_a_proportion_is_the_binomial_one() {
        // 300 of 400 clips are right, so that the standard error of the score is sqrt(0.75 · 0.25 / 400) = 0.02165. A
        // percentile of 2,000 resamples has a standard error of about sqrt(q(1−q)/2000) / density = 0.0013. The
        // tolerance is four of these.
        let scores = (0..<400).map { $0 < 300 ? 1.0 : 0.0 }
        let (value, interval) = Bootstrap(resamples: 2000, seed: 3).mean(ofFolds: [scores])
        let half = 1.96 * (0.75 * 0.25 / 400).squareRoot()
        #expect(value == 0.75)
        #expect(abs(interval.low - (0.75 - half)) < 0.0052)
        #expect(abs(interval.high - (0.75 + half)) < 0.0052)
    }

    @Test func interval_covers_the_true_rate_as_often_as_promised() {
        // 200 samples of 150 clips that are right with probability 0.7. The number of intervals that contain 0.7 is
        // binomial. The limit is the nominal 95 % minus four standard errors of 1.5 %, minus 1 % because the intervals
        // of this method are known to be slightly too short.
        var covered = 0
        for trial in 0..<200 {
            var stream = RandomStream(seed: 11, purpose: .test, epoch: trial)
            let scores = (0..<150).map { _ in stream.uniform() < 0.7 ? 1.0 : 0.0 }
            let interval = Bootstrap(resamples: 300, seed: UInt64(trial)).mean(ofFolds: [scores]).ci95
            if interval.contains(0.7) { covered += 1 }
        }
        #expect(covered >= 176)
    }

    @Test func value_is_the_mean_over_folds_not_over_clips() {
        let (value, _) = Bootstrap(resamples: 10).mean(ofFolds: [[1, 1, 1, 1], [0, 1], []])
        #expect(value == 0.75)
    }

    @Test func clips_are_resampled_within_their_fold() {
        // All clips of a fold have the same score. Resampling inside a fold changes nothing, but resampling across
        // folds would change the mean.
        let (value, interval) = Bootstrap(resamples: 50).mean(ofFolds: [[1, 1, 1], [0, 0, 0]])
        #expect(value == 0.5)
        #expect(interval == Interval(low: 0.5, high: 0.5))
    }

    @Test func same_seed_gives_the_same_interval_and_another_seed_another() {
        let scores = (0..<37).map { Double($0 % 3) / 2 }
        let first = Bootstrap(resamples: 100, seed: 1).mean(ofFolds: [scores]).ci95
        #expect(first == Bootstrap(resamples: 100, seed: 1).mean(ofFolds: [scores]).ci95)
        #expect(first != Bootstrap(resamples: 100, seed: 2).mean(ofFolds: [scores]).ci95)
    }

    @Test func interval_is_an_array_of_two_in_json() throws {
        let data = try JSONEncoder().encode(Interval(low: 0.25, high: 0.5))
        #expect(String(decoding: data, as: UTF8.self) == "[0.25,0.5]")
        #expect(try JSONDecoder().decode(Interval.self, from: data) == Interval(low: 0.25, high: 0.5))
    }
}
