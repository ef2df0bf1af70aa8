/// The parts of a corpus: about 70, 10 and 20 in a hundred.
public enum CorpusPart: String, CaseIterable, Sendable {
    case train
    case valid
    case test

    /// How many of `total` belong to this part; the three sum to `total`.
    func share(of total: Int) -> Int {
        switch self {
        case .train: total - total / 10 - total / 5
        case .valid: total / 10
        case .test: total / 5
        }
    }
}
