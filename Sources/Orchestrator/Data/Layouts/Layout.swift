/// How a data set arranges its files and says what they are.
///
/// A new layout is a `LayoutReader` in a file of its own, and a line in `readers`.
public struct Layout: RawRepresentable, Hashable, Codable, Sendable, CaseIterable {
    /// As `--layout` names it.
    public let rawValue: String

    /// In the order in which they are tried; ``FoldersLayout`` recognizes every folder.
    private static let readers: [any LayoutReader.Type] = [
        ESC50Layout.self, SpeechCommandsLayout.self, FSDDLayout.self, NSynthLayout.self, CSVLayout.self,
        FoldersLayout.self,
    ]

    /// nil where no layout has that name.
    public init?(rawValue: String) {
        guard Self.readers.contains(where: { $0.name == rawValue }) else { return nil }
        self.rawValue = rawValue
    }

    init(_ reader: any LayoutReader.Type) { rawValue = reader.name }

    public static var allCases: [Layout] { readers.map { Layout($0) } }

    var reader: any LayoutReader.Type { Self.readers.first { $0.name == rawValue } ?? FoldersLayout.self }

    /// The layout that a folder or file shows; ``folders`` where it shows no other.
    public static func detect(_ root: String) -> Layout {
        readers.first { $0.recognizes(root) }.map { Layout($0) } ?? .folders
    }
}

/// Reads one layout.
protocol LayoutReader: Sendable {
    /// As `--layout` names it.
    static var name: String { get }

    /// Whether the classes of several roots are sorted by name; otherwise their order is an official one.
    static var sortsClasses: Bool { get }

    /// Whether groups are held out although the data set publishes a split.
    static var prefersGroups: Bool { get }

    /// Whether a data set at `root` shows this layout.
    static func recognizes(_ root: String) -> Bool

    /// The recordings that belong to the data set, in the order of their paths. Files are not opened.
    static func read(_ root: String) throws(DataError) -> LayoutListing
}

extension LayoutReader {
    static var sortsClasses: Bool { false }
    static var prefersGroups: Bool { false }
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
