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

    @Test func scores_of_an_empty_matrix_are_undefined() {
        let empty = ConfusionMatrix(classes: 2)
        #expect(empty.accuracy == nil)
        #expect(empty.meanRecall == nil)
        #expect(empty.recalls == [nil, nil])
    }
}

@Suite struct BootstrapTests {
    @Test func quantiles_interpolate_between_neighbours() {
        #expect(Bootstrap.quantile(0.025, sorted: [0, 1, 2, 3, 4]) == 0.1)
        #expect(Bootstrap.quantile(1, sorted: [0, 1, 2]) == 2)
        #expect(Bootstrap.quantile(0.5, sorted: [7]) == 7)
    }

    @Test func interval_of_a_proportion_is_the_binomial_one() throws {
        // 300 of 400 clips are right, so that the standard error of the score is sqrt(0.75 · 0.25 / 400) = 0.02165. A
        // percentile of 2,000 resamples has a standard error of about sqrt(q(1−q)/2000) / density = 0.0013. The
        // tolerance is four of these.
        let scores = (0..<400).map { $0 < 300 ? 1.0 : 0.0 }
        let (value, ci95) = Bootstrap(resamples: 2000, seed: 3).mean(ofFolds: [scores])
        let interval = try #require(ci95)
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
            if interval?.contains(0.7) == true { covered += 1 }
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

    @Test func mean_of_no_clips_is_undefined_and_one_clip_has_no_interval() {
        let bootstrap = Bootstrap(resamples: 20)
        for folds in [[], [[]]] as [[[Double]]] {
            let (value, ci95) = bootstrap.mean(ofFolds: folds)
            #expect(value == nil && ci95 == nil)
        }
        for folds in [[[0.5]], [[0], [1]]] as [[[Double]]] {
            let (value, ci95) = bootstrap.mean(ofFolds: folds)
            #expect(value == 0.5 && ci95 == nil)
        }
        let (value, ci95) = Bootstrap(resamples: 0).mean(ofFolds: [[1, 0]])
        #expect(value == 0.5 && ci95 == nil)
    }

    @Test func resamples_without_a_value_are_left_out_and_counted() throws {
        // The statistic is the mean of the positive items. It is undefined in a resample that has none of them.
        func mean(_ items: [Double]) -> Double? {
            let positive = items.filter { $0 > 0 }
            return positive.isEmpty ? nil : positive.reduce(0, +) / Double(positive.count)
        }
        let bootstrap = Bootstrap(resamples: 1000, seed: 2)
        let estimate = bootstrap.statistic(of: [3, 0, 0], mean)
        // (2/3)³ of the resamples have no positive item: 296 with a standard deviation of 14. All others have a mean
        // of 3.
        #expect(estimate.value == 3 && estimate.ci95 == Interval(low: 3, high: 3))
        #expect(abs(estimate.undefinedResamples - 296) < 70)
        // At least one item of a resample is positive.
        #expect(bootstrap.statistic(of: [1, 3], mean).undefinedResamples == 0)
        #expect(bootstrap.statistic(of: [0, 0], mean) == Bootstrap.Estimate())
        #expect(bootstrap.statistic(of: [3], mean) == Bootstrap.Estimate(value: 3))
        #expect(bootstrap.statistic(of: [], mean) == Bootstrap.Estimate())
    }

    @Test func interval_of_a_statistic_that_is_mostly_undefined_is_undefined() {
        // A resample has the only positive item in 1 − (1 − 1/100)^100 = 63 % of the cases. Both draws of two items
        // are the first one in a quarter of the cases.
        let bootstrap = Bootstrap(resamples: 1000, seed: 2)
        let estimate = bootstrap.statistic(of: [1.0, 2]) { $0 == [1, 1] || $0 == [1, 2] ? 1 : nil }
        #expect(estimate.value == 1 && estimate.undefinedResamples < 600)
        let rare = bootstrap.statistic(of: [1.0, 2, 3]) { $0 == [1, 2, 3] ? 1 : nil }
        // One of 27 resamples is equal to the items.
        #expect(rare.value == 1 && rare.ci95 == nil && rare.undefinedResamples > 900)
    }

    @Test func interval_is_an_array_of_two_in_json() throws {
        let data = try JSONEncoder().encode(Interval(low: 0.25, high: 0.5))
        #expect(String(decoding: data, as: UTF8.self) == "[0.25,0.5]")
        #expect(try JSONDecoder().decode(Interval.self, from: data) == Interval(low: 0.25, high: 0.5))
    }
}
