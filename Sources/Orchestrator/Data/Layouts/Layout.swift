/// How a data set arranges its files and says what they are.
///
/// A new layout is a ``LayoutReader`` in a file of its own, a case here and a line in ``reader``.
public enum Layout: String, Codable, Sendable, CaseIterable {
    /// Class = name of the first folder; `train`, `validation` and `test` above the classes are splits.
    case folders
    /// ESC-50 and ESC-10: `meta/esc50.csv` and `audio/`.
    case esc50
    /// Speech Commands, as its 12-class task.
    case speechCommands = "speech-commands"
    /// Free Spoken Digit Dataset: `{digit}_{speaker}_{index}.wav`.
    case fsdd
    /// NSynth: `examples.json` beside `audio/`, one such pair a split.
    case nsynth
    /// A table of paths and labels.
    case csv

    var reader: any LayoutReader.Type {
        switch self {
        case .folders: FoldersLayout.self
        case .esc50: ESC50Layout.self
        case .speechCommands: SpeechCommandsLayout.self
        case .fsdd: FSDDLayout.self
        case .nsynth: NSynthLayout.self
        case .csv: CSVLayout.self
        }
    }

    /// The layout that a folder or file shows; ``folders`` where it shows no other.
    public static func detect(_ root: String) -> Layout {
        allCases.first { $0 != .folders && $0.reader.recognizes(root) } ?? .folders
    }
}

/// Reads one layout.
protocol LayoutReader {
    /// Whether a data set at `root` shows this layout.
    static func recognizes(_ root: String) -> Bool

    /// The recordings that belong to the data set, in the order of their paths. Files are not opened.
    static func read(_ root: String) throws(DataError) -> LayoutListing
}

/// What a layout says about its recordings.
struct LayoutListing: Equatable {
    struct Entry: Equatable {
        var path: String
        var className: String?
        var split: Clip.Split?
        var fold: Int?
        var group: String?
        var pitch: Int?
    }

    var entries: [Entry]
    /// In the order of their labels.
    var classes: [String]
}
