import Orchestrator
import Testing

@testable import OssicleEvaluation

@Suite struct LeadTests {
    private func outcome(_ hits: [Double], clips: [Int]? = nil) -> ClipProbe.Outcome {
        let folds = [Fold(train: [], test: Array(hits.indices))]
        var outcome = ClipProbe.Outcome(
            folds: folds, labels: [Int](repeating: 0, count: hits.count), classes: 2,
            bootstrap: Bootstrap(resamples: 10)
        ) { fold in fold.test.map { ($0, hits[$0] == 1 ? 0 : 1) } }
        if let clips { outcome.clips = [clips] }
        return outcome
    }

    /// Compares two outcomes that fail on the same hard clips except for a few clips. Their difference varies much less
    /// than each score.
    @Test func a_small_lead_on_the_same_clips_is_told_apart_where_the_intervals_overlap() throws {
        let hard = (0..<400).map { $0 % 2 == 0 ? 1.0 : 0 }
        let better = hard.enumerated().map { $0 % 40 == 1 ? 1 : $1 }
        let bootstrap = Bootstrap(resamples: 1000, seed: 1)
        let lead = try #require(outcome(better).lead(over: outcome(hard), bootstrap: bootstrap))
        #expect(abs(lead.value - 0.025) < 1e-12)
        let ci95 = try #require(lead.ci95)
        #expect(ci95.low > 0.005 && ci95.high < 0.05)
        let own = try #require(bootstrap.mean(ofFolds: [better]).ci95)
        let other = try #require(bootstrap.mean(ofFolds: [hard]).ci95)
        #expect(own.low < other.high)
    }

    @Test func a_lead_on_one_clip_has_no_interval() throws {
        let lead = try #require(outcome([1]).lead(over: outcome([0]), bootstrap: Bootstrap(resamples: 10)))
        #expect(lead == ProbeScore(value: 1, ci95: nil, clips: 1))
    }

    @Test func scores_of_other_clips_are_not_compared() {
        let (a, b) = (outcome([1, 0, 1]), outcome([1, 0, 1], clips: [0, 1, 3]))
        #expect(a.lead(over: b, bootstrap: Bootstrap(resamples: 10)) == nil)
    }
}
