import OssicleBase
import Synchronization

/// The choice of a penalty by the scores of the solutions on held-out rows.
package struct PenaltyChoice: Sendable, Equatable {
    /// The criterion for the best score. `accuracy` uses the loss only if accuracies are equal. `loss` uses only the
    /// loss. If scores are equal, the stronger penalty is chosen. A penalty without the score that decides, or with a
    /// loss that is not finite, is never chosen.
    package enum Criterion: Sendable { case accuracy, loss }

    /// The score of a penalty.
    package struct Score: Sendable, Equatable {
        package var penalty: Double
        /// The share of correct predictions; nil if there are no held-out rows.
        package var accuracy: Double?
        /// The mean loss of the held-out rows, in nats; nil if there are no rows with a loss.
        package var loss: Double?

        package init(penalty: Double, accuracy: Double?, loss: Double?) {
            self.penalty = penalty
            self.accuracy = accuracy
            self.loss = loss
        }

        init(penalty: Double, _ sums: Sums) {
            self.penalty = penalty
            accuracy = sums.rows > 0 ? Double(sums.hits) / Double(sums.rows) : nil
            loss = sums.lossRows > 0 ? sums.loss / Double(sums.lossRows) : nil
        }

        fileprivate var isFinite: Bool { loss?.isFinite ?? true }
    }

    /// The sums over the held-out rows of a part, from which the score of a penalty is computed.
    package struct Sums: Sendable, Equatable {
        /// The number of correct predictions, out of `rows`.
        package var hits = 0
        package var rows = 0
        /// The sum of the loss over `lossRows` rows.
        package var loss = 0.0
        package var lossRows = 0

        package init(hits: Int = 0, rows: Int = 0, loss: Double = 0, lossRows: Int = 0) {
            self.hits = hits
            self.rows = rows
            self.loss = loss
            self.lossRows = lossRows
        }
    }

    /// A problem, and the function that evaluates its solutions on held-out rows.
    package final class Part: Sendable {
        private let problem: Mutex<LogisticProblem>
        private let judge: @Sendable (LogisticRegression) -> Sums
        private let sums = Mutex(Sums())
        private let solution = Mutex<LogisticRegression?>(nil)

        package init(problem: LogisticProblem, judge: @escaping @Sendable (LogisticRegression) -> Sums) {
            self.problem = Mutex(problem)
            self.judge = judge
        }

        func solve(penalty: Double) {
            let found = problem.withLock { $0.solve(penalty: penalty) }
            let judged = judge(found)
            sums.withLock { $0 = judged }
            solution.withLock { $0 = found }
        }

        var lastSums: Sums { sums.withLock { $0 } }
        var lastSolution: LogisticRegression? { solution.withLock { $0 } }
    }

    /// The scores of the penalties that were tried, in order.
    package private(set) var scores: [Score] = []
    /// The index of the best score; nil if no penalty could be chosen.
    private(set) var best: Int?
    /// The solution of the first part for the chosen penalty.
    package private(set) var solution: LogisticRegression?

    /// The score of the chosen penalty; nil if no penalty could be chosen.
    package var chosen: Score? { best.map { scores[$0] } }

    /// Whether penalties were tried and all their losses are NaN or infinite.
    package var isDiverged: Bool { !scores.isEmpty && scores.allSatisfy { !$0.isFinite } }

    /// Tries the penalties one after another, and chooses one.
    ///
    /// - Parameters:
    ///   - penalties: values of C in ascending order.
    ///   - patience: the number of successive penalties without an improvement after which the remaining penalties are
    ///     skipped. An improvement is a new best loss or, with the criterion `accuracy`, a new best accuracy. The
    ///     remaining penalties are weaker. They need the most iterations and overfit more.
    ///   - threads: the number of parts that are solved at the same time. All parts solve a penalty before the next one
    ///     is tried. The sums of the parts are added in order.
    package init(parts: [Part], penalties: [Double], by criterion: Criterion, patience: Int, threads: Int) {
        guard !parts.isEmpty else { return }
        var (highest, lowest, idle) = (-Double.infinity, Double.infinity, 0)
        for penalty in penalties {
            Workers(threads: threads).forEach(parts.count) { parts[$0].solve(penalty: penalty) }
            var sums = Sums()
            for part in parts.map(\.lastSums) {
                sums.hits += part.hits
                sums.rows += part.rows
                sums.loss += part.loss
                sums.lossRows += part.lossRows
            }
            let score = Score(penalty: penalty, sums)
            scores.append(score)
            // The next penalty starts from this solution, and may still be finite.
            guard score.isFinite else { continue }
            if Self.isBetter(score, than: chosen, by: criterion) {
                best = scores.count - 1
                solution = parts[0].lastSolution
            }
            let (accuracy, loss) = (score.accuracy ?? -.infinity, score.loss ?? .infinity)
            let improves = (criterion == .accuracy && accuracy > highest) || loss < lowest
            idle = improves ? 0 : idle + 1
            (highest, lowest) = (max(highest, accuracy), min(lowest, loss))
            if idle >= patience || Interruption.isRequested { break }
        }
    }

    private static func isBetter(_ a: Score, than b: Score?, by criterion: Criterion) -> Bool {
        switch criterion {
        case .accuracy:
            guard let own = a.accuracy else { return false }
            guard let b, let other = b.accuracy else { return true }
            return own > other || (own == other && (a.loss ?? .infinity) < (b.loss ?? .infinity))
        case .loss:
            guard let own = a.loss else { return false }
            return own < b?.loss ?? .infinity
        }
    }
}
