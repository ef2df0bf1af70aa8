/// Why a run could not start or go on: one sentence.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
    case cannotWrite(path: String, reason: String)
    case runExists(path: String)
    case nothingToResume(path: String)
    case recipeDiffers(key: String, saved: String, wanted: String)
    case lossNotFinite(step: Int, path: String, hasCheckpoint: Bool)
    case labelsMissing(method: String)

    public var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write \(path): \(reason)"
        case .runExists(let path):
            "\(path) already holds a run; continue it with --resume, or name another --output"
        case .nothingToResume(let path):
            "\(path) holds no checkpoint to resume; leave out --resume to start a run there"
        case .recipeDiffers(let key, let saved, let wanted):
            "cannot resume: the run was started with \(key) = \(saved), now it is \(wanted); use the run's own recipe, "
                + "or start a new run"
        case .lossNotFinite(let step, let path, true):
            "the loss is not a number at step \(step); the last good checkpoint is kept in \(path): lower "
                + "optimizer.learning_rate and start again"
        case .lossNotFinite(let step, _, false):
            "the loss is not a number at step \(step), before the first checkpoint: lower optimizer.learning_rate, and "
                + "look at the data"
        case .labelsMissing(let method):
            "the recipe’s method “\(method)” needs labels, and this data has none; use a folder per class, or --layout"
        }
    }
}
