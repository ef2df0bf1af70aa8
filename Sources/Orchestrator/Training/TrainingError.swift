/// An error that prevents a run from starting or continuing. The description is one sentence.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
    case cannotWrite(path: String, reason: String)
    /// There is no room for a checkpoint. Sizes are in bytes.
    case diskFull(path: String, needed: Int, free: Int)
    case runExists(path: String)
    case nothingToResume(path: String)
    case recipeDiffers(key: String, saved: String, wanted: String)
    /// A cell of a sweep was trained with another recipe than the one that the grid has now.
    case cellDiffers(path: String, key: String, saved: String, wanted: String)
    /// The clips of a resumed run are not the clips with which the run was started.
    case dataDiffers(path: String, saved: String, found: String)
    /// Another process writes to the folder. `process` is its number, if it is known.
    case inUse(path: String, process: Int?)
    /// ``Interruption`` has ended a run before its first step. `isNew` is false if it is the continuation of a run.
    case interrupted(path: String, isNew: Bool)
    /// The labels of a resumed run do not have the classes with which the run was started.
    case classesDiffer(path: String, saved: String, found: String)
    case lossNotFinite(step: Int, path: String, hasCheckpoint: Bool)
    case labelsMissing(method: String, data: String)
    /// The weights that `encoder.start` names cannot be used.
    case start(CheckpointError)

    public var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write \(path): \(reason)"
        case .diskFull(let path, let needed, let free):
            "the disk of \(path) is full: a checkpoint needs \(needed >> 20) MiB, and \(free >> 20) MiB are free; free some "
                + "space, or give another --output"
        case .runExists(let path):
            "\(path) already contains a run; continue it with --resume, or give another --output"
        case .nothingToResume(let path):
            "\(path) has no checkpoint to resume; remove --resume to start a new run there"
        case .recipeDiffers(let key, let saved, let wanted):
            "cannot resume: the run was started with \(key) = \(saved), but the recipe now has \(wanted); use the "
                + "recipe of the run, or start a new run"
        case .cellDiffers(let path, let key, let saved, let wanted):
            "\(path) was trained with \(key) = \(saved), but the grid now has \(wanted); choose another --output, or remove "
                + "that folder"
        case .dataDiffers(let path, let saved, let found):
            "cannot resume \(path): the run was started with \(saved), but --data now has \(found); use the data of the "
                + "run, start a new run, or go on with other data with --allow-new-data"
        case .classesDiffer(let path, let saved, let found):
            "cannot resume \(path): the run was started with \(saved), but --data now has \(found); use data with the same "
                + "classes, or start a new run"
        case .inUse(let path, let process):
            "\(path) is in use by another run\(process.map { " (process \($0))" } ?? ""); wait until it ends, or give another "
                + "--output"
        case .interrupted(_, true):
            "interrupted before the first step; nothing was written"
        case .interrupted(let path, false):
            "interrupted before the first step; the run in \(path) is unchanged"
        case .lossNotFinite(let step, let path, true):
            "the loss is not a finite number at step \(step); the last good checkpoint is kept in \(path): lower "
                + "optimizer.learning_rate and start again"
        case .lossNotFinite(let step, _, false):
            "the loss is not a finite number at step \(step), before the first checkpoint: lower "
                + "optimizer.learning_rate, and check the data"
        case .start(let error):
            "encoder.start (--start): \(error)"
        case .labelsMissing(let method, let data):
            "the method “\(method)” of the recipe needs labels, but \(data) has none; use one folder per class, or "
                + "select a layout with --layout"
        }
    }
}
