/// An error of a checkpoint. The description is one sentence, names the file and says what to do.
public enum CheckpointError: Error, CustomStringConvertible, Equatable {
    case notFound(path: String)
    case notSafeTensors(path: String, reason: String)
    case missingTensor(path: String, name: String)
    case wrongShape(path: String, name: String, expected: [Int], found: [Int])
    case wrongKind(path: String, found: String)
    case unknownPlugIn(path: String, kind: String, name: String)
    case cannotWrite(path: String, reason: String)

    public var description: String {
        switch self {
        case .notFound(let path):
            "there is no checkpoint \(path); give the folder of a run"
        case .notSafeTensors(let path, let reason):
            "\(path) is not a complete safetensors file: \(reason); use an earlier copy, or train again"
        case .missingTensor(let path, let name):
            "\(path) has no tensor “\(name)”: it is a checkpoint of another model"
        case .wrongShape(let path, let name, let expected, let found):
            "\(path): “\(name)” has the shape \(found), not \(expected): it is a checkpoint of another model"
        case .wrongKind(let path, let found):
            "\(path) is not a checkpoint of this program: it contains \(found)"
        case .unknownPlugIn(let path, let kind, let name):
            "\(path) needs the \(kind) “\(name)”, which this program does not have; use the program that trained it"
        case .cannotWrite(let path, let reason):
            "cannot write the checkpoint \(path): \(reason); the previous one, if there is one, is unchanged"
        }
    }
}
