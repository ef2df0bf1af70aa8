import OssicleBase

/// An error of reading or writing a sound file. The description is one sentence and names the file.
public enum AudioError: Error, CustomStringConvertible, Equatable {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    /// This process may not open more files.
    case tooManyOpenFiles(path: String, limit: Int)
    case zeroBytes(path: String)
    /// The file cannot be decoded as audio.
    case notAudio(path: String, reason: String)
    /// The header has a sample rate outside the supported range.
    case sampleRate(path: String, rate: Int)
    /// The header has a number of channels outside the supported range.
    case channels(path: String, count: Int)
    /// A sample is NaN or infinite. `index` is the number of its frame, at the sample rate of the file.
    case notFinite(path: String, index: Int)
    /// A sample has a magnitude above 2³². `index` is the number of its frame, at the sample rate of the file.
    case tooLarge(path: String, index: Int, sample: Float)
    /// The file contains no samples.
    case noFrames(path: String)
    case resampling(path: String, reason: String)
    case unwritable(path: String, reason: String)

    public var description: String { sentence.shown }

    private var sentence: String {
        switch self {
        case .missing(let path): "there is no file \(path)"
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .tooManyOpenFiles(let path, let limit):
            "cannot open \(path): this process has already opened the \(limit) files that it may open; raise the limit, for "
                + "example with ulimit -n \(max(1024, 2 * limit)), and start again"
        case .zeroBytes(let path): "\(path) is empty: it has no bytes"
        case .notAudio(let path, let reason): "\(path) cannot be decoded as audio: \(reason)"
        case .sampleRate(let path, let rate):
            "\(path) cannot be used: its header says \(rate) Hz, but supported sample rates are from "
                + "\(AudioInfo.sampleRates.lowerBound) to \(AudioInfo.sampleRates.upperBound) Hz; convert the file, or "
                + "correct its header"
        case .channels(let path, let count):
            "\(path) cannot be used: its header says \(count) channels, but at most \(AudioInfo.mostChannels) are "
                + "supported"
        case .notFinite(let path, let index): "\(path) has a sample that is not a finite number at frame \(index)"
        case .tooLarge(let path, let index, let sample):
            "\(path) has the sample \(sample) at frame \(index), which is too large: the file is damaged, or its samples have "
                + "to be scaled to the range from −1 to 1"
        case .noFrames(let path): "\(path) contains no audio: it has 0 frames"
        case .resampling(let path, let reason): "cannot resample \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        }
    }

    /// Whether the file could not be read, whatever it contains: reading may succeed at another time.
    package var isOfReading: Bool {
        switch self {
        case .missing, .unreadable, .tooManyOpenFiles: true
        default: false
        }
    }
}
