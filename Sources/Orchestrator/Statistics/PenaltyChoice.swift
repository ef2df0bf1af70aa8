import Synchronization

/// The choice of a penalty by what solutions score on rows that they did not learn from.
package struct PenaltyChoice: Sendable, Equatable {
    /// What chooses: `accuracy` with ties by the loss, or the loss alone. The stronger penalty wins what is left.
    package enum Criterion: Sendable { case accuracy, loss }

    package struct Score: Sendable, Equatable {
        package var penalty: Double
        package var accuracy: Double
        /// Mean loss of the judged rows, in nats.
        package var loss: Double
    }

    /// What a solution scores on a part: sums over its rows.
    package struct Sums: Sendable, Equatable {
        package var hits = 0
        package var rows = 0
        package var loss = 0.0
        /// Rows that the loss counts.
        package var lossRows = 0

        package init(hits: Int = 0, rows: Int = 0, loss: Double = 0, lossRows: Int = 0) {
            self.hits = hits
            self.rows = rows
            self.loss = loss
            self.lossRows = lossRows
        }
    }

    /// A problem with the rows that judge its solutions.
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

    /// Of the penalties that were tried, in order.
    package private(set) var scores: [Score] = []
    private(set) var best = 0
    /// The first part's solution for the chosen penalty.
    package private(set) var solution: LogisticRegression?

    package var chosen: Score? { scores.isEmpty ? nil : scores[best] }

    /// - Parameters:
    ///   - penalties: C in rising order.
    ///   - patience: the path ends after this many penalties in a row that improved neither the best accuracy nor the
    ///     best loss: weaker penalties take the most iterations, and overfit the more.
    ///   - threads: parts are solved side by side, each penalty by all parts before the next; sums are added in order.
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
            let score = Score(
                penalty: penalty, accuracy: Double(sums.hits) / Double(max(1, sums.rows)),
                loss: sums.loss / Double(max(1, sums.lossRows)))
            scores.append(score)
            if scores.count == 1 || Self.isBetter(score, than: scores[best], by: criterion) {
                best = scores.count - 1
                solution = parts[0].lastSolution
            }
            let improves = (criterion == .accuracy && score.accuracy > highest) || score.loss < lowest
            idle = improves ? 0 : idle + 1
            (highest, lowest) = (max(highest, score.accuracy), min(lowest, score.loss))
            if idle >= patience { break }
        }
    }

    private static func isBetter(_ a: Score, than b: Score, by criterion: Criterion) -> Bool {
        switch criterion {
        case .accuracy: a.accuracy > b.accuracy || (a.accuracy == b.accuracy && a.loss < b.loss)
        case .loss: a.loss < b.loss
        }
    }
}
