import OssicleBase
import OssicleStatistics

/// A count of the logistic regressions of a probe that did not converge, for the warnings of its report. Regressions
/// that only help to choose a penalty are not counted.
struct Convergence: Sendable, Equatable {
    private var fits = 0
    private var shortfalls: [String] = []

    mutating func add(_ regression: LogisticRegression) {
        fits += 1
        if let shortfall = regression.shortfall { shortfalls.append(shortfall) }
    }

    /// A sentence with the number of regressions that did not converge, and the first of them; nil if all converged.
    ///
    /// - Parameter name: the name of the encoder.
    func warning(_ name: String) -> String? {
        shortfalls.first.map {
            countedSentence(
                shortfalls.count, of: fits, "logistic regressions of \(name) did not converge", first: $0)
        }
    }
}
