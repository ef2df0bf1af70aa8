/// The parts of a corpus. They have about 70 %, 10 % and 20 % of its clips.
public enum CorpusPart: String, CaseIterable, Sendable {
    case train
    case valid
    case test

    /// The number of items in this part, if there are `total` items in all parts. The numbers of the three parts add up
    /// to `total`.
    func share(of total: Int) -> Int {
        switch self {
        case .train: total - total / 10 - total / 5
        case .valid: total / 10
        case .test: total / 5
        }
    }
}
