import Foundation

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
    case emptyEventPart(name: String)
    case unknownLabel(path: String, label: String)
    case hop(seconds: Double, shortest: Double)
    case noPitches(layout: String)
    case notFinite(clips: Int)
    /// A recording that has changed or vanished while it was read; the sentence names it.
    case unreadable(reason: String)
    case pitchOutOfRange(path: String, pitch: Int)

    private func milliseconds(_ seconds: Double) -> String { String(format: "%g", seconds * 1000) }

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
        case .emptyEventPart(let name):
            "there is no annotated recording in a folder \(name) of the data; the probe needs train, validation and test"
        case .unknownLabel(let path, let label):
            "\(path) has the label “\(label)”, which no training recording has; mend it, or add a recording that has it"
        case .hop(let seconds, let shortest):
            "a hop of \(milliseconds(seconds)) ms is too short; take \(milliseconds(shortest)) ms, the hop of the front end, "
                + "or more"
        case .noPitches(let layout):
            "the \(layout) layout names no pitches; give notes in NSynth’s layout"
        case .notFinite(let clips):
            "the vectors of \(clips) clips hold values that are no numbers; the encoder may have diverged: train it again with "
                + "a lower optimizer.learning_rate"
        case .unreadable(let reason): reason
        case .pitchOutOfRange(let path, let pitch):
            "\(path) has the pitch \(pitch), and the probe knows MIDI notes 21 (A0) to 108 (C8); mend examples.json or "
                + "leave the note out"
        }
    }
}
