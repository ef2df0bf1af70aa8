import OssicleBase

/// A layout of data sets: the arrangement of the files, and the source of labels and splits.
///
/// To add a layout, write a `LayoutReader` in a new file and add it to `readers`.
public struct Layout: RawRepresentable, Hashable, Codable, Sendable, CaseIterable {
    /// The name for the option `--layout`.
    public let rawValue: String

    /// All layouts, in the order in which they are tried. `FoldersLayout` recognizes every folder.
    private static let readers: [any LayoutReader.Type] = [
        ESC50Layout.self, SpeechCommandsLayout.self, FSDDLayout.self, NSynthLayout.self, CSVLayout.self,
        FoldersLayout.self,
    ]

    /// The layout with this name; nil if there is none.
    public init?(rawValue: String) {
        guard Self.readers.contains(where: { $0.name == rawValue }) else { return nil }
        self.rawValue = rawValue
    }

    init(_ reader: any LayoutReader.Type) { rawValue = reader.name }

    public static var allCases: [Layout] { readers.map { Layout($0) } }

    var reader: any LayoutReader.Type { Self.readers.first { $0.name == rawValue } ?? FoldersLayout.self }

    /// Detects the layout of a folder or file. It is ``folders`` if no other layout is recognized.
    public static func detect(_ root: String) -> Layout {
        readers.first { $0.recognizes(root) }.map { Layout($0) } ?? .folders
    }
}

/// A reader of data sets with one layout.
protocol LayoutReader: Sendable {
    /// The name for the option `--layout`.
    static var name: String { get }

    /// Whether the classes of several roots are sorted by name. Otherwise they have a published order.
    static var sortsClasses: Bool { get }

    /// Whether groups are held out although the data set has a published split.
    static var prefersGroups: Bool { get }

    /// Whether the data set at `root` has this layout.
    static func recognizes(_ root: String) -> Bool

    /// Lists the recordings of the data set, in the order of their paths. Audio files are not opened.
    static func read(_ root: String) throws(DataError) -> LayoutListing
}

extension LayoutReader {
    static var sortsClasses: Bool { false }
    static var prefersGroups: Bool { false }
}

/// The recordings and classes that a layout lists, and what it leaves out.
struct LayoutListing: Equatable {
    /// One recording.
    struct Entry: Equatable {
        var path: String
        var className: String?
        var split: Clip.Split?
        var fold: Int?
        var group: String?
        var pitch: Int?
    }

    var entries: [Entry]
    /// The class names, in the order of the labels.
    var classes: [String]
    /// The files that do not belong to the data set although they look like it.
    var leftOut = LeftOut()

    /// Names without repetitions, sorted. Names with different bytes are different.
    static func names(_ names: [String]) -> [String] { Set(names.map(ByteText.init)).sorted().map(\.text) }
}
