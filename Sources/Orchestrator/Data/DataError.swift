import OssicleAudio

/// Why a data set could not be used: one sentence that names the file or folder and what to do.
public enum DataError: Error, CustomStringConvertible, Equatable {
    case missing(path: String)
    case noAudio(path: String)
    /// A table of the data set (a CSV, a JSON file, a list) does not say what it must.
    case malformed(path: String, reason: String)
    case unknownSplit(path: String, value: String)
    /// Every file was skipped; the first one's reason, which names it, stands for all.
    case nothingLeft(skipped: Int, reason: String)
    case batchTooLarge(batch: Int, clips: Int)
    case unlabelled(path: String)
    case tooFewLabels(name: String, clips: Int, share: Double)
    case frontend(FeatureError)
    case augmentation(AugmentationError)
    /// A loader was asked for a batch after its end.
    case stopped

    public var description: String {
        switch self {
        case .missing(let path):
            "there is no file or folder \(path); give --data the folder that holds the audio"
        case .noAudio(let path):
            "there is no audio in \(path) or its folders (wav, flac, ogg, mp3, aiff, …); check --data and --layout"
        case .malformed(let path, let reason):
            "cannot use \(path): \(reason)"
        case .unknownSplit(let path, let value):
            "\(path) has the split “\(value)”; write train, validation or test"
        case .nothingLeft(let count, let reason):
            "no usable audio: \(count == 1 ? "the only file was" : "all \(count) files were") skipped; \(reason)"
        case .batchTooLarge(let batch, let clips):
            "a batch of \(batch) clips cannot be filled from \(clips); set training.batch_size (--batch-size) to \(clips) "
                + "or less, or give more --data"
        case .unlabelled(let path):
            "\(path) has no labels; give a labelled data set, or name its --layout"
        case .tooFewLabels(let name, let clips, let share):
            "of the class “\(name)” with its \(clips) clips a share of \(share) leaves none with a label; raise "
                + "data.label_share (--labels) to \(1 / Double(clips)) or more, or leave the class out"
        case .frontend(let error):
            "recipe section frontend: \(error)"
        case .augmentation(let error):
            "recipe section augmentation: \(error)"
        case .stopped:
            "the loader was stopped"
        }
    }
}
