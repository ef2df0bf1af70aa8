/// An error of a recipe. The description is one sentence and names the key or the file.
public indirect enum RecipeError: Error, CustomStringConvertible, Equatable {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case notFound(name: String, known: [String])
    case unknownKey(String, nearest: String?)
    case invalidValue(key: String, value: String, expected: String)
    case malformedOverride(String)
    /// An error of a key or a value in a file. The line is nil if it is an error of several lines together.
    case inFile(path: String, line: Int?, RecipeError)
    /// An error of the recipe of one run of a grid.
    case inRun(name: String, RecipeError)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read the recipe \(path): \(reason)"
        case .unwritable(let path, let reason):
            "cannot write the recipe \(path): \(reason)"
        case .notFound(let name, let known) where known.isEmpty:
            "there is no recipe “\(name)”: no recipes were found in \(RecipeFile.searchedPlaces); give a YAML file, or set "
                + "OSSICLE_CONFIGS to the folder that contains the recipes"
        case .notFound(let name, let known):
            "there is no recipe “\(name)”; use one of \(known.joined(separator: ", ")), or a YAML file"
        case .unknownKey(let key, let nearest?):
            "unknown recipe key “\(key)”; did you mean “\(nearest)”?"
        case .unknownKey(let key, nil):
            "unknown recipe key “\(key)”"
        case .invalidValue(let key, let value, let expected):
            "recipe key “\(key)” cannot be “\(value)”; it must be \(expected)"
        case .inFile(let path, let line?, let error):
            "\(path), line \(line): \(error)"
        case .inFile(let path, nil, let error):
            "\(path): \(error)"
        case .inRun(let name, let error):
            "run \(name) of the grid: \(error)"
        case .malformedOverride(let text):
            "“\(text)” is not a recipe setting; write --set key=value, for example --set optimizer.learning_rate=0.001"
        }
    }
}
