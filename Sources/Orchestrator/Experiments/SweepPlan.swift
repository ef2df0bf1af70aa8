import Foundation
import OssicleModels
import Yams

/// A grid of runs, one for each combination of a row, a column and a seed. All runs have the same recipe with changed
/// settings. In the settings, `{row}` and `{column}` are replaced by the names of the row and the column.
///
/// ```yaml
/// recipe: clar                       # a name or a path
/// data: [train/sounds]
/// rows: [fade, time-mask]
/// columns: [fade, time-mask]         # default: one column without a name
/// seeds: [0, 1, 2]                   # default: 0
/// set: {augmentation.chain: "{row} 0.5, {column} 0.5", training.epochs: 20}
/// diagonal: {augmentation.chain: "{row} 0.5"}    # further settings if row and column have the same name
/// probe: [labelled/sounds]           # labelled data on which the encoder of the run is probed (probe clip)
/// embedding: stages                  # source of the embedding: stages or last. Default: that of the recipe
/// ```
public struct SweepPlan: Sendable, Equatable {
    public var recipe = ""
    public var data: [String] = []
    public var rows: [String] = []
    public var columns: [String] = []
    public var seeds: [UInt64] = [0]
    /// The recipe keys and values of `set`.
    public var settings: [String: String] = [:]
    /// The recipe keys and values of `diagonal`.
    public var diagonal: [String: String] = [:]
    /// The folders with labelled data on which the encoders are probed.
    public var probe: [String] = []
    /// The source of the embedding; nil: that of the recipe.
    public var embedding: Embedding.Kind?

    /// One run of the grid.
    public struct Cell: Sendable, Equatable {
        public let row: String
        public let column: String
        public let seed: UInt64
        /// The changed settings as `key=value`, sorted by key.
        public let settings: [String]

        /// The name of the folder of the run.
        public var name: String {
            Self.folderName(([row, column].filter { !$0.isEmpty } + ["seed-\(seed)"]).joined(separator: "+"))
        }

        static func folderName(_ text: String) -> String {
            text.map { $0.isLetter || $0.isNumber || "+-._".contains($0) ? String($0) : "_" }.joined()
        }
    }

    init() {}

    /// Reads a grid from a YAML file.
    /// - Throws: ``RecipeError`` that names the file and the key.
    public init(readingFrom path: String) throws(RecipeError) {
        try self.init(yaml: try RecipeFile.text(of: path), path: path)
    }

    init(yaml: String, path: String) throws(RecipeError) {
        for (key, value) in try RecipeFile.mapping(yaml: yaml, path: path) ?? [:] {
            try RecipeFile.locating(key, in: path) { () throws(RecipeError) in
                try set(key.scalar?.string ?? "?", to: value)
            }
        }
        do {
            try check()
        } catch {
            throw .inFile(path: path, line: nil, error)
        }
    }

    private mutating func set(_ name: String, to value: Node) throws(RecipeError) {
        switch name {
        case "recipe": recipe = try Self.word(value, name)
        case "data": data = try Self.list(value, name)
        case "rows": rows = try Self.list(value, name)
        case "columns": columns = try Self.list(value, name)
        case "probe": probe = try Self.list(value, name)
        case "embedding":
            let text = try Self.word(value, name)
            embedding = Embedding.Kind(rawValue: text)
            let known = Embedding.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            guard embedding != nil else { throw .invalidValue(key: name, value: text, expected: "one of \(known)") }
        case "set": settings = try Self.pairs(value, name)
        case "diagonal": diagonal = try Self.pairs(value, name)
        case "seeds":
            seeds = []
            for text in try Self.list(value, name) {
                guard let seed = UInt64(text) else {
                    throw .invalidValue(key: name, value: text, expected: "a list of whole numbers from 0")
                }
                seeds.append(seed)
            }
        default: throw .unknownKey(name, nearest: EditDistance.nearest(to: name, of: Self.keys))
        }
    }

    /// Checks conditions that involve the complete grid.
    private func check() throws(RecipeError) {
        try require(!recipe.isEmpty, "recipe", "the name of a recipe, or a path")
        try require(!data.isEmpty, "data", "a list of folders")
        try require(!rows.isEmpty, "rows", "a list of names")
        try require(!probe.isEmpty, "probe", "a list of folders with labelled clips")
        try require(!seeds.isEmpty, "seeds", "a list of whole numbers from 0")
        for (key, names) in [("rows", rows), ("columns", columns), ("seeds", seeds.map { "\($0)" })] {
            // The names of folders are compared, because the names “a b” and “a_b” have the same folder.
            let folders = Set(names.map(Cell.folderName))
            try require(
                folders.count == names.count, key, "names that differ from each other in letters, digits and +-._")
        }
        // The names may contain the + that joins them.
        var owners: [String: Cell] = [:]
        for cell in cells {
            guard let other = owners.updateValue(cell, forKey: cell.name) else { continue }
            throw .invalidValue(
                key: "rows", value: cell.row,
                expected: "a name that gives each run its own folder, but “\(other.row)” with “\(other.column)” and "
                    + "“\(cell.row)” with “\(cell.column)” share the folder \(cell.name)")
        }
    }

    private static let keys = ["recipe", "data", "rows", "columns", "seeds", "set", "diagonal", "probe", "embedding"]

    private func require(_ holds: Bool, _ key: String, _ expected: String) throws(RecipeError) {
        guard holds else { throw .invalidValue(key: key, value: "", expected: expected) }
    }

    /// The runs, row by row, within a row column by column, and within a column seed by seed.
    public var cells: [Cell] {
        rows.flatMap { row in
            (columns.isEmpty ? [""] : columns).flatMap { column in seeds.map { cell(row, column, $0) } }
        }
    }

    private func cell(_ row: String, _ column: String, _ seed: UInt64) -> Cell {
        var all = settings
        if row == column { all.merge(diagonal) { $1 } }
        all["training.seed"] = "\(seed)"
        let texts = all.sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(value.replacing("{row}", with: row).replacing("{column}", with: column))"
        }
        return Cell(row: row, column: column, seed: seed, settings: texts)
    }

    private static func word(_ node: Node, _ key: String) throws(RecipeError) -> String {
        guard let text = node.scalar?.string else {
            throw .invalidValue(key: key, value: "a list or a group", expected: "one value")
        }
        return text
    }

    private static func list(_ node: Node, _ key: String) throws(RecipeError) -> [String] {
        guard let sequence = node.sequence else { return [try word(node, key)] }
        var words: [String] = []
        for item in sequence { words.append(try word(item, key)) }
        return words
    }

    private static func pairs(_ node: Node, _ key: String) throws(RecipeError) -> [String: String] {
        guard let mapping = node.mapping else {
            throw .invalidValue(key: key, value: "no group", expected: "recipe keys with their values")
        }
        var pairs: [String: String] = [:]
        for (name, value) in mapping { pairs[name.scalar?.string ?? "?"] = try word(value, key) }
        return pairs
    }
}
