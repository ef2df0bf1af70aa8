/// Why something could not be evaluated: one sentence that says what to do.
public enum EvaluationError: Error, CustomStringConvertible, Equatable {
    case noLabels(layout: String)
    case tooFewClasses(found: Int)
    case noFolds
    case emptyPart(name: String)
    case tooFewGroups(found: Int, needed: Int)
    case tooFewClips(found: Int)
    case noEncoders
    case noViews

    public var description: String {
        switch self {
        case .noLabels(let layout):
            "the \(layout) layout gives no labels to probe; name another one with --layout"
        case .tooFewClasses(let found):
            "a probe needs clips of two classes or more and the data set has \(found); check the path and the layout"
        case .noFolds:
            "the data set names fewer than two folds; divide it otherwise"
        case .emptyPart(let name):
            "the data set's lists put no labelled clip into the \(name) part; divide it otherwise"
        case .tooFewGroups(let found, let needed):
            "the data set has \(found) groups (speakers, instruments) and holding some out needs \(needed)"
        case .tooFewClips(let found):
            "\(found) labelled clips cannot be divided into a training and a test part; add clips"
        case .noEncoders:
            "nothing was given to probe; pass an encoder or ask for the log-mel baseline"
        case .noViews:
            "there is no clip to embed; check the path"
        }
    }
}
