/// An error of computing or writing a feature. The description is one sentence and names the key or the file.
public enum FeatureError: Error, CustomStringConvertible, Equatable {
    case invalidValue(key: String, value: String, expected: String)
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .invalidValue(let key, let value, let expected):
            "\(key) cannot be \(value); it must be \(expected)"
        case .unwritable(let path, let reason):
            "cannot write \(path): \(reason)"
        }
    }
}
