import Foundation
import OssicleBase

/// An error of an evaluation. The description is one sentence and, if possible, says what to do.
public enum EvaluationError: Error, CustomStringConvertible, Equatable {
    /// An error about a data set as a whole, with the paths of the data set.
    indirect case inData(String, EvaluationError)
    case noLabels(layout: String)
    case tooFewClasses(found: Int)
    case noFolds
    case emptyPart(name: String)
    case tooFewGroups(found: Int, needed: Int)
    /// A labelled clip has no fold, but others have one.
    case foldMissing(path: String)
    /// No group can be in the test part without too many clips of a class.
    case groupsTooLarge(groups: Int)
    case tooFewClips(found: Int)
    case noEncoders
    case noViews
    /// No clip could be decoded. `first` is a sentence about the first of them.
    case noneDecoded(clips: Int, first: String)
    case emptyEventPart(path: String, name: String)
    case unknownLabel(path: String, label: String)
    case hop(seconds: Double, shortest: Double)
    /// The annotations in a folder have no events, or those of its training part. `part` is nil for all parts.
    case noEvents(path: String, part: String?)
    case noPitches(layout: String)
    case notFinite(clips: Int)
    /// A recording was changed or removed while it was read. `reason` is a sentence that names it.
    case unreadable(reason: String)
    /// No note has a pitch that the probe supports. `path` and `pitch` are those of the first note.
    case pitchOutOfRange(path: String, pitch: Int)
    /// The regression of a probe has no finite loss.
    case noFiniteLoss
    /// ``Interruption`` has ended the evaluation.
    case interrupted

    private func milliseconds(_ seconds: Double) -> String { String(format: "%g", seconds * 1000) }

    public var description: String { sentence.shown }

    private var sentence: String {
        switch self {
        case .inData(let paths, let error):
            "\(paths): \(error.sentence)"
        case .noLabels(let layout):
            "the layout \(layout) has no labels, and a probe needs labels; select another layout with --layout"
        case .tooFewClasses(let found):
            "a probe needs at least two classes, but the data set has \(found); check the path and the layout"
        case .noFolds:
            "the data set has fewer than two folds; use another division"
        case .emptyPart(let name):
            "the \(name) part of the data set has no labelled clips that can be decoded; use another division, or "
                + "check the files"
        case .tooFewGroups(let found, let needed):
            "the data set has \(found) groups (speakers, instruments), but a division with held-out groups needs "
                + "\(needed)"
        case .foldMissing(let path):
            "\(path) has a label but no fold; give every labelled clip a fold, or remove its label"
        case .groupsTooLarge(let groups):
            "the \(groups) \(groups == 1 ? "group" : "groups") (speakers, instruments) of the labelled clips cannot be "
                + "divided into a training part and a test part with all classes; add groups to the classes, or remove "
                + "the groups"
        case .tooFewClips(let found):
            "\(found) labelled clips are too few for a training part and a test part; add clips"
        case .noEncoders:
            "there is nothing to probe; give an encoder or select the log-mel baseline"
        case .noneDecoded(let clips, let first):
            clips == 1 ? first : "none of the \(clips) clips can be used: \(first) (the first of them)"
        case .noViews:
            "there is no clip to embed; check the path"
        case .emptyEventPart(let path, let name):
            "\(path) has no annotated recordings in a folder \(name); the probe needs the folders train, validation "
                + "and test"
        case .unknownLabel(let path, let label):
            "\(path) has the label “\(label)”, which does not occur in the training recordings; correct the label, or "
                + "add a training recording with it"
        case .hop(let seconds, let shortest):
            "a hop length of \(milliseconds(seconds)) ms is too short; use at least \(milliseconds(shortest)) ms, the "
                + "hop length of the front end"
        case .noEvents(let path, let part):
            "the annotations in \(path) have no events\(part.map { " in the \($0) part" } ?? ""), so nothing can be "
                + "learned; write one line per event with onset, offset and label"
        case .noPitches(let layout):
            "the layout \(layout) has no pitches; give notes in NSynth’s layout, or a CSV table with the column pitch"
        case .notFinite(let clips):
            "the embeddings of \(clips) \(clips == 1 ? "clip" : "clips") contain NaN or infinite values; the training may have diverged: train "
                + "again with a lower optimizer.learning_rate"
        case .unreadable(let reason): reason
        case .interrupted: "the evaluation was interrupted"
        case .pitchOutOfRange(let path, let pitch):
            "no note has a pitch that the probe supports, MIDI notes 21 (A0) to 108 (C8); the first note, \(path), "
                + "has the pitch \(pitch)"
        case .noFiniteLoss:
            "the loss of the logistic regression is NaN or infinite for every penalty; the embeddings have values that "
                + "are too large: train again with a lower optimizer.learning_rate"
        }
    }
}

extension EvaluationError {
    /// Whether the error is about a data set as a whole, so that it names no file.
    private var isAboutData: Bool {
        switch self {
        case .noLabels, .tooFewClasses, .noFolds, .emptyPart, .tooFewGroups, .groupsTooLarge, .tooFewClips, .noPitches:
            true
        default: false
        }
    }

    /// Runs an evaluation of a data set. Errors about the data set as a whole get its paths.
    package static func naming<Result>(_ dataset: AudioDataset, _ evaluate: () throws -> Result) throws -> Result {
        do {
            return try evaluate()
        } catch let error as EvaluationError where error.isAboutData {
            throw EvaluationError.inData(dataset.shownRoots, error)
        }
    }
}

extension AudioDataset {
    /// The folds of a probe.
    /// - Parameter other: another division than that of the data set.
    /// - Throws: ``EvaluationError`` if there are fewer than two classes, or if the clips cannot be divided.
    package func probeFolds(_ other: Division? = nil, seed: UInt64, lastOnly: Bool = false) throws -> [Fold] {
        try EvaluationError.naming(self) {
            let found = Set(clips.compactMap(\.label)).count
            guard found > 0 else { throw EvaluationError.noLabels(layout: layout.rawValue) }
            guard found > 1 else { throw EvaluationError.tooFewClasses(found: found) }
            return try (other ?? division).makeFolds(of: clips, seed: seed, lastOnly: lastOnly)
        }
    }
}
