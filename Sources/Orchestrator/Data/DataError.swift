import OssicleAudio
import OssicleBase

/// An error of a data set. The description is one sentence that names the file or folder and, if possible, says what to
/// do.
public enum DataError: Error, CustomStringConvertible, Equatable {
    case missing(path: String)
    case noAudio(path: String)
    case unreadableFolder(path: String, reason: String)
    /// A table of the data set (a CSV file, a JSON file or a list) lacks required content.
    case malformed(path: String, reason: String)
    /// All files were skipped. `reason` is the reason of the first file and names it.
    case nothingLeft(skipped: Int, reason: String)
    case batchTooLarge(batch: Int, clips: Int)
    case unlabelled(path: String)
    case tooFewLabels(name: String, clips: Int, share: Double)
    /// The settings of the front end are impossible.
    case frontend(FeatureError)
    /// The settings of an augmentation are impossible.
    case augmentation(AugmentationError)
    /// A clip can no longer be read, although it is part of the data set. `reason` names it.
    case lost(reason: String)
    /// A file cannot be opened, and the reason is not the file.
    case unopened(AudioError)
    /// A batch was requested from a stopped loader.
    case stopped

    public var description: String { sentence.shown }

    private var sentence: String {
        switch self {
        case .missing(let path):
            "there is no file or folder \(path); give the folder with the recordings as --data"
        case .noAudio(let path):
            "there are no audio files in \(path) or its subfolders (wav, flac, ogg, mp3, aiff, …); check --data and "
                + "--layout"
        case .unreadableFolder(let path, let reason):
            "cannot read the folder \(path) (\(reason)); check its permissions, or move it out of the data set"
        case .malformed(let path, let reason):
            "cannot use \(path): \(reason)"
        case .nothingLeft(let count, let reason):
            "there is no usable audio: \(count == 1 ? "the only file was" : "all \(count) files were") skipped; "
                + "\(reason)"
        case .batchTooLarge(let batch, let clips):
            "a batch of \(batch) clips cannot be filled from \(clips); set training.batch_size (--batch-size) to "
                + "\(clips) or less, or give more --data"
        case .unlabelled(let path):
            "\(path) has no labels; give a labelled data set, or select its layout with --layout"
        case .tooFewLabels(let name, let clips, let share):
            "the class “\(name)” has \(clips) clips, and a label share of \(share) leaves it no labelled clip; set "
                + "data.label_share (--labels) to \(1 / Double(clips)) or more, or remove the class"
        case .frontend(let error):
            "recipe section frontend: \(error)"
        case .augmentation(let error):
            "recipe section augmentation: \(error)"
        case .lost(let reason):
            "a clip of the data was lost during the training: \(reason); restore the file and continue"
        case .unopened(let error):
            error.description
        case .stopped:
            "the loader was stopped"
        }
    }
}
