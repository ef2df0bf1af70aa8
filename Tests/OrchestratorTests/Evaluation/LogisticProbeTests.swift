import Orchestrator
import Testing

@testable import OssicleEvaluation
@testable import OssicleStatistics

@Suite struct LogisticProbeTests {
    /// Makes `count` clips of one to three rows. The class of a clip is `clip % classes`, and its rows are noise around
    /// the center of the class.
    static func clips(
        count: Int, classes: Int, dimension: Int = 12, separation: Float = 0.7, number: Int = 0
    ) -> (vectors: ClipVectors, labels: [Int]) {
        let centres = hashedValues(parameter: 5200 + number, count: classes * dimension, scale: separation)
        var vectors = ClipVectors(dimension: dimension)
        for clip in 0..<count {
            let noise = hashedValues(
                parameter: 100_000 + 10_000 * number + clip, count: (1 + clip % 3) * dimension, scale: 1)
            vectors.append(
                noise.indices.map { noise[$0] + centres[clip % classes * dimension + $0 % dimension] })
        }
        return (vectors, (0..<count).map { $0 % classes })
    }

    static func accuracy(_ probe: LogisticProbe, _ vectors: ClipVectors, _ labels: [Int], on clips: [Int]) -> Double {
        let hits = zip(clips, probe.predictions(vectors, clips: clips)).count { labels[$0] == $1 }
        return Double(hits) / Double(clips.count)
    }

    @Test func separates_classes_that_are_separable() throws {
        let (vectors, labels) = Self.clips(count: 120, classes: 3, separation: 3)
        let probe = try LogisticProbe(training: vectors, labels: labels, clips: Array(0..<80), classes: 3)
        #expect(Self.accuracy(probe, vectors, labels, on: Array(80..<120)) == 1)
        #expect(probe.validationAccuracy == 1 && probe.trainingClips == 80)
    }

    @Test func validation_clips_choose_and_then_teach() throws {
        let (vectors, labels) = Self.clips(count: 300, classes: 4)
        let probe = try LogisticProbe(
            training: vectors, labels: labels, clips: Array(0..<150), validation: Array(150..<220), classes: 4)
        #expect(probe.trainingClips == 220)
        let best = try #require(probe.scores.compactMap(\.accuracy).max())
        #expect(probe.validationAccuracy == best)
        let equal = probe.scores.filter { $0.accuracy == best }
        #expect(probe.validationLoss == equal.compactMap(\.loss).min())
        #expect(probe.chosenPenalty == equal.first { $0.loss == probe.validationLoss }?.penalty)
        #expect(probe.regression.result.ending == .converged)
        // The accuracy of chance is 0.25. The distance of two class centers is about √(12·2/3)·0.7 ≈ 2, and the
        // standard deviation of the noise is 0.58.
        #expect(Self.accuracy(probe, vectors, labels, on: Array(220..<300)) > 0.5)
    }

    @Test func order_of_clips_does_not_matter() throws {
        let (vectors, labels) = Self.clips(count: 90, classes: 3)
        let first = try LogisticProbe(training: vectors, labels: labels, clips: Array(0..<90), classes: 3)
        let second = try LogisticProbe(training: vectors, labels: labels, clips: (0..<90).reversed(), classes: 3)
        #expect(first.scores == second.scores)
        #expect(first.logits(vectors, clips: [3, 1]) == second.logits(vectors, clips: [3, 1]))
    }

    @Test(arguments: [true, false]) func result_is_the_same_for_any_number_of_threads(hasValidation: Bool) throws {
        let (vectors, labels) = Self.clips(count: 1800, classes: 5)
        let probes = try [1, 2, 5].map { threads in
            var options = LogisticProbe.Options()
            (options.threads, options.penalties) = (threads, [1e-3, 1e-2, 1e-1])
            return try LogisticProbe(
                training: vectors, labels: labels, clips: Array(0..<1300),
                validation: hasValidation ? Array(1300..<1800) : [], classes: 5, options: options)
        }
        for other in probes.dropFirst() {
            #expect(other.scores == probes[0].scores)
            #expect(other.regression == probes[0].regression)
        }
    }

    @Test func class_without_training_clips_is_never_predicted() throws {
        let (vectors, labels) = Self.clips(count: 100, classes: 4)
        let train = (0..<60).filter { labels[$0] != 2 }
        let probe = try LogisticProbe(
            training: vectors, labels: labels, clips: train, validation: (60..<80).filter { labels[$0] != 2 },
            classes: 4)
        #expect(!probe.predictions(vectors, clips: Array(0..<100)).contains(2))
        #expect(probe.logits(vectors, clips: [5]).map(\.isFinite) == [true, true, false, true])
        #expect(probe.validationLoss?.isFinite == true)
    }

    @Test func class_of_validation_clips_alone_is_an_error_of_every_penalty_and_then_learned() throws {
        let (vectors, labels) = Self.clips(count: 90, classes: 3, separation: 3)
        let probe = try LogisticProbe(
            training: vectors, labels: labels, clips: (0..<60).filter { labels[$0] != 1 },
            validation: Array(60..<90), classes: 3)
        #expect(abs(try #require(probe.validationAccuracy) - 2.0 / 3) < 1e-12)
        #expect(probe.validationLoss?.isFinite == true)
        #expect(probe.predictions(vectors, clips: Array(0..<90)).contains(1))
    }

    @Test func clips_to_learn_from_are_needed() {
        let (vectors, labels) = Self.clips(count: 4, classes: 2)
        #expect(throws: EvaluationError.tooFewClips(found: 0)) {
            try LogisticProbe(training: vectors, labels: labels, clips: [], classes: 2)
        }
    }

    @Test func one_clip_or_one_class_answers_that_class() throws {
        let (vectors, labels) = Self.clips(count: 12, classes: 3)
        let single = try LogisticProbe(training: vectors, labels: labels, clips: [4], classes: 3)
        #expect(single.predictions(vectors, clips: [0, 1, 2]) == [1, 1, 1])
        #expect(single.validationAccuracy == nil && single.validationLoss == nil)
        #expect(single.chosenPenalty == LogisticProbe.Options().fallbackPenalty)
        let alike = try LogisticProbe(training: vectors, labels: labels, clips: [2, 5, 8], classes: 3)
        #expect(alike.predictions(vectors, clips: [0, 1, 2]) == [2, 2, 2])
    }

    @Test func identical_clips_and_constant_dimensions_leave_the_prior() throws {
        var vectors = ClipVectors(dimension: 3)
        for _ in 0..<9 { vectors.append([1, 2, 3]) }
        let labels = [0, 1, 1, 0, 1, 1, 0, 1, 1]
        let probe = try LogisticProbe(training: vectors, labels: labels, clips: Array(0..<9), classes: 2)
        let logits = probe.logits(vectors, clips: [0])
        #expect(probe.predictions(vectors, clips: [0]) == [1])
        // The exact difference is ln(6/3). The gradient, p − 2/3, is below 1e-5, and its slope is p·(1 − p) = 2/9 for
        // each of the two biases.
        #expect(abs(Double(logits[1] - logits[0]) - 0.6931472) < 1e-4)
    }

    @Test func more_dimensions_than_clips_are_no_trouble() throws {
        let (vectors, labels) = Self.clips(count: 60, classes: 3, dimension: 200)
        let probe = try LogisticProbe(training: vectors, labels: labels, clips: Array(0..<40), classes: 3)
        #expect(Self.accuracy(probe, vectors, labels, on: Array(40..<60)) > 0.9)
    }

    @Test func values_that_are_not_finite_leave_their_dimension_out() throws {
        let (vectors, labels) = Self.clips(count: 60, classes: 3, separation: 3)
        var values = vectors.values
        values[vectors.rows(of: 7).lowerBound * 12 + 5] = .nan
        values[vectors.rows(of: 50).lowerBound * 12 + 1] = .infinity
        let broken = ClipVectors(dimension: 12, values: values, offsets: vectors.offsets)
        let probe = try LogisticProbe(training: broken, labels: labels, clips: Array(0..<40), classes: 3)
        #expect(probe.logits(broken, clips: Array(0..<60)).allSatisfy { $0.isFinite })
        #expect(Self.accuracy(probe, broken, labels, on: Array(40..<60)) > 0.9)
        #expect((0..<3).allSatisfy { probe.regression.weights[$0 * 12 + 5] == 0 })
    }

    @Test func no_value_counts_for_more_than_six_deviations() throws {
        let (vectors, labels) = Self.clips(count: 60, classes: 3)
        let probe = try LogisticProbe(training: vectors, labels: labels, clips: Array(0..<60), classes: 3)
        var far = ClipVectors(dimension: 12)
        far.append([Float](repeating: 1e3, count: 12))
        far.append([Float](repeating: 1e30, count: 12))
        #expect(probe.logits(far, clips: [0]) == probe.logits(far, clips: [1]))
    }

    @Test func groups_are_never_split_over_inner_folds() {
        let labels = (0..<200).map { $0 % 4 }
        let groups = Dictionary(uniqueKeysWithValues: (0..<180).map { ($0, "speaker \($0 * $0 % 23)") })
        let inner = InnerFolds(
            of: Array(0..<200), labels: labels, groups: groups, count: 4, singleAbove: 4000, seed: 3)
        #expect(inner.folds.count == 4)
        for fold in inner.folds {
            let (train, judged) = (Set(fold.train.compactMap { groups[$0] }), fold.validation.compactMap { groups[$0] })
            #expect(train.isDisjoint(with: judged))
            #expect((fold.train + fold.validation).sorted() == Array(0..<200))
        }
        #expect(inner.folds.flatMap(\.validation).sorted() == Array(0..<200))
    }

    @Test func inner_folds_of_clips_without_groups_are_balanced_over_classes() {
        let labels = (0..<203).map { $0 % 10 }
        let inner = InnerFolds(of: Array(0..<203), labels: labels, groups: [:], count: 4, singleAbove: 4000, seed: 1)
        for fold in inner.folds {
            let counts = Dictionary(grouping: fold.validation) { labels[$0] }.mapValues(\.count)
            // Each class has 20 or 21 clips. A quarter of them, rounded down or up, is in each validation part.
            #expect((0..<10).allSatisfy { (5...6).contains(counts[$0] ?? 0) })
        }
        let other = InnerFolds(of: Array(0..<203), labels: labels, groups: [:], count: 4, singleAbove: 4000, seed: 2)
        #expect(inner != other)
    }

    @Test func many_clips_are_judged_by_one_fold_of_a_fifth() {
        let labels = (0..<500).map { $0 % 2 }
        let inner = InnerFolds(of: Array(0..<500), labels: labels, groups: [:], count: 4, singleAbove: 499, seed: 1)
        #expect(inner.folds.map(\.validation.count) == [100])
    }

    @Test func one_group_gives_no_inner_fold() {
        let groups = Dictionary(uniqueKeysWithValues: (0..<9).map { ($0, "a") })
        let inner = InnerFolds(
            of: Array(0..<9), labels: Array(repeating: 0, count: 9), groups: groups, count: 4, singleAbove: 10, seed: 1)
        #expect(inner.folds.isEmpty)
    }
}

@Suite struct PenaltyChoiceTests {
    /// Tries the penalties 1 to 4 on a small problem, and judges each solution by its penalty.
    private func choice(
        by criterion: PenaltyChoice.Criterion, judge: @escaping @Sendable (Double) -> PenaltyChoice.Sums
    ) -> PenaltyChoice {
        let problem = LogisticProblem(
            [1, -1, 2, -2], count: 4, dimension: 1, targets: .multinomial(labels: [0, 1, 0, 1], classes: 2),
            options: LogisticRegression.Options())
        let part = PenaltyChoice.Part(problem: problem) { judge($0.penalty) }
        return PenaltyChoice(parts: [part], penalties: [1, 2, 3, 4], by: criterion, patience: 4, threads: 1)
    }

    @Test(arguments: [PenaltyChoice.Criterion.accuracy, .loss], [Double.nan, .infinity])
    func a_loss_that_is_not_finite_is_never_chosen(criterion: PenaltyChoice.Criterion, loss: Double) {
        let choice = choice(by: criterion) { penalty in
            PenaltyChoice.Sums(
                hits: penalty < 3 ? 4 : 2, rows: 4, loss: penalty < 3 ? loss : 4 * penalty, lossRows: 4)
        }
        #expect(choice.chosen == PenaltyChoice.Score(penalty: 3, accuracy: 0.5, loss: 3))
        #expect(choice.solution?.penalty == 3 && !choice.isDiverged && choice.scores.count == 4)
    }

    @Test(arguments: [PenaltyChoice.Criterion.accuracy, .loss])
    func nothing_is_chosen_if_no_loss_is_finite(criterion: PenaltyChoice.Criterion) {
        let choice = choice(by: criterion) { _ in PenaltyChoice.Sums(hits: 1, rows: 4, loss: .nan, lossRows: 4) }
        #expect(choice.chosen == nil && choice.solution == nil && choice.isDiverged)
    }

    @Test(arguments: [PenaltyChoice.Criterion.accuracy, .loss])
    func scores_without_held_out_rows_are_undefined_and_choose_nothing(criterion: PenaltyChoice.Criterion) {
        let choice = choice(by: criterion) { _ in PenaltyChoice.Sums() }
        #expect(choice.scores.first == PenaltyChoice.Score(penalty: 1, accuracy: nil, loss: nil))
        #expect(choice.chosen == nil && !choice.isDiverged)
    }

    @Test func accuracy_without_a_loss_chooses_the_strongest_of_the_best_penalties() {
        let choice = choice(by: .accuracy) { PenaltyChoice.Sums(hits: $0 < 2 ? 1 : 2, rows: 4) }
        #expect(choice.chosen == PenaltyChoice.Score(penalty: 2, accuracy: 0.5, loss: nil))
    }
}

@Suite struct LogisticFramesTests {
    /// Makes six recordings of 100 frames. Class k is active in the frames whose dimension k is positive.
    static func recordings() -> (vectors: ClipVectors, activity: [Float]) {
        var vectors = ClipVectors(dimension: 6)
        for recording in 0..<6 { vectors.append(hashedValues(parameter: 5300 + recording, count: 600, scale: 1)) }
        let activity = (0..<vectors.rows * 2).map { vectors.values[$0 / 2 * 6 + $0 % 2] > 0 ? Float(1) : 0 }
        return (vectors, activity)
    }

    @Test(arguments: [[4], []]) func learns_which_classes_sound(validation: [Int]) throws {
        let (vectors, activity) = Self.recordings()
        let probe = try LogisticFrames(
            training: vectors, activity: activity, recordings: [0, 1, 2, 3], validation: validation, classes: 2)
        let probabilities = probe.probabilities(vectors, recording: 5)
        let truth = activity[1000...]
        let hits = zip(probabilities, truth).count { ($0 > 0.5) == ($1 > 0.5) }
        // A linear decision boundary that is learned from 400 frames makes only a few errors in 200 decisions.
        #expect(hits > 190)
        #expect(probe.validationLoss == probe.scores.compactMap(\.loss).min())
    }

    @Test func result_is_the_same_for_any_number_of_threads() throws {
        let (vectors, activity) = Self.recordings()
        let probes = try [1, 3].map { threads in
            var options = LogisticFrames.Options()
            options.threads = threads
            return try LogisticFrames(
                training: vectors, activity: activity, recordings: [0, 1, 2, 3], validation: [4], classes: 2,
                options: options)
        }
        #expect(probes[0] == probes[1])
    }

    @Test func class_that_never_sounds_stays_improbable() throws {
        let (vectors, activity) = Self.recordings()
        let silent = activity.indices.map { $0 % 2 == 1 ? 0 : activity[$0] }
        let probe = try LogisticFrames(
            training: vectors, activity: silent, recordings: [0, 1, 2], validation: [3], classes: 2)
        let probabilities = probe.probabilities(vectors, recording: 5)
        #expect(stride(from: 1, to: probabilities.count, by: 2).allSatisfy { probabilities[$0] < 0.01 })
    }

    @Test func frames_to_learn_from_are_needed() {
        let (vectors, activity) = Self.recordings()
        #expect(throws: EvaluationError.tooFewClips(found: 0)) {
            try LogisticFrames(training: vectors, activity: activity, recordings: [], classes: 2)
        }
    }
}
