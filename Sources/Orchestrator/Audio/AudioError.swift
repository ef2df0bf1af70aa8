/// Why a sound could not be read or written: one sentence that names the file.
public enum AudioError: Error, CustomStringConvertible, Equatable {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case zeroBytes(path: String)
    case notAudio(path: String, reason: String)
    /// The header promises more frames than the file holds.
    case truncated(path: String, expected: Int, found: Int)
    /// `index` is the frame at the file's own rate.
    case notFinite(path: String, index: Int)
    case noFrames(path: String)
    case resampling(path: String, reason: String)
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let path): "there is no file \(path)"
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .zeroBytes(let path): "\(path) is empty: it has no bytes"
        case .notAudio(let path, let reason): "\(path) is not audio that can be decoded: \(reason)"
        case .truncated(let path, let expected, let found):
            "\(path) is cut off: its header promises \(expected) frames and it holds \(found)"
        case .notFinite(let path, let index): "\(path) has a sample that is not a finite number at frame \(index)"
        case .noFrames(let path): "\(path) holds no sound: it has 0 frames"
        case .resampling(let path, let reason): "cannot resample \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        }
    }
}
