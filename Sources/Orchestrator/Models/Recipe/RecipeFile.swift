import Foundation
import OssicleBase
import Yams

/// A reader and writer of recipes as YAML. A file contains only the keys that it changes. Every key must be known, and
/// every value must be within its range.
public enum RecipeFile {
    /// Reads the recipe with a name in one of ``searchFolders``, or the recipe at a path, and applies `overrides`.
    ///
    /// - Parameters:
    ///   - nameOrPath: a name such as `cola`, or a path (a text with a `/`, or with the ending `.yaml` or `.yml`).
    ///   - overrides: settings `key=value`, for example `optimizer.learning_rate=0.001`. If a key occurs several times,
    ///     the last setting is used.
    /// - Throws: ``RecipeError`` if the file cannot be read, or if a key or a value is wrong.
    public static func load(_ nameOrPath: String, overrides: [String] = []) throws(RecipeError) -> Recipe {
        let path = try locate(nameOrPath)
        var recipe = try entries(yaml: try text(of: path), path: path)
        for override in overrides { recipe = try changed(recipe, by: override) }
        try check(recipe)
        return recipe
    }

    /// Reads a recipe from YAML text. Keys that are missing have their default values.
    /// - Parameters:
    ///   - yaml: the text.
    ///   - path: the name of the text in error messages.
    /// - Throws: ``RecipeError`` if the text is not YAML, or if a key or a value is wrong. The error of a key in the
    ///   text is ``RecipeError/inFile(path:line:_:)``.
    public static func parse(yaml: String, path: String = "text") throws(RecipeError) -> Recipe {
        let recipe = try entries(yaml: yaml, path: path)
        try check(recipe)
        return recipe
    }

    /// The complete recipe as YAML, with every key. Reading it gives an equal recipe.
    public static func yaml(of recipe: Recipe) -> String {
        var lines: [String] = []
        var section: Substring?
        for key in RecipeKey.all {
            if key.section != section {
                section = key.section
                lines.append("\(section ?? ""):")
            }
            lines.append("\(section == nil ? "" : "  ")\(key.lastComponent): \(key.text(recipe))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the complete recipe to a file. An existing file is replaced atomically.
    public static func write(_ recipe: Recipe, to path: String) throws(RecipeError) {
        if let reason = PartialFile(path).commit(Array(yaml(of: recipe).utf8)) {
            throw .unwritable(path: path, reason: reason)
        }
    }

    /// `recipe` with one setting `key=value` applied. Conditions that involve other keys are not checked yet.
    static func changed(_ recipe: Recipe, by override: String) throws(RecipeError) -> Recipe {
        guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
            throw .malformedOverride(override)
        }
        var recipe = recipe
        let name = override[..<equals].trimmingCharacters(in: .whitespaces)
        let value = override[override.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        try set(name, to: value, in: &recipe)
        return recipe
    }

    private static func entries(yaml: String, path: String) throws(RecipeError) -> Recipe {
        var recipe = Recipe()
        if let mapping = try mapping(yaml: yaml, path: path) {
            try apply(mapping, under: "", to: &recipe, path: path)
        }
        return recipe
    }

    package static func text(of path: String) throws(RecipeError) -> String {
        do {
            return try TextFile.text(path)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }

    /// The keys and values of a YAML text; nil if it has none.
    package static func mapping(yaml: String, path: String) throws(RecipeError) -> Node.Mapping? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw .unreadable(path: path, reason: reason(error))
        }
        guard let root, root.null == nil else { return nil }
        guard case .mapping(let mapping) = root else {
            throw .unreadable(path: path, reason: "it is not a list of “key: value” lines")
        }
        return mapping
    }

    /// Why a text is not YAML, with the line.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            "it is not YAML: line \(mark.line), column \(mark.column): \(problem)"
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            "line \(context.mark.line): the key “\(keys.min() ?? "")” occurs twice"
        case YamlError.reader(let problem, let offset, _, let yaml):
            "it is not YAML: line \(line(offset ?? 0, of: yaml)): \(problem)"
        default: "it is not YAML"
        }
    }

    /// The number of the line with the byte `offset`.
    private static func line(_ offset: Int, of yaml: String) -> Int {
        1 + yaml.utf8.prefix(offset).count { $0 == UInt8(ascii: "\n") }
    }

    /// Calls `body`, and adds the file and the line of a key to its error.
    package static func locating<Result>(
        _ key: Node, in path: String, _ body: () throws(RecipeError) -> Result
    ) throws(RecipeError) -> Result {
        do {
            return try body()
        } catch {
            if case .inFile = error { throw error }
            throw .inFile(path: path, line: key.mark?.line ?? 1, error)
        }
    }

    private static func apply(
        _ mapping: Node.Mapping, under prefix: String, to recipe: inout Recipe, path: String
    ) throws(RecipeError) {
        for (key, value) in mapping {
            try locating(key, in: path) { () throws(RecipeError) in
                try apply(key, value, under: prefix, to: &recipe, path: path)
            }
        }
    }

    private static func apply(
        _ key: Node, _ value: Node, under prefix: String, to recipe: inout Recipe, path: String
    ) throws(RecipeError) {
        let name = prefix + (key.scalar?.string ?? "?")
        let isSection = prefix.isEmpty && RecipeKey.all.contains { $0.section.map(String.init) == name }
        switch value {
        case .mapping(let inner) where RecipeKey.named(name) == nil:
            if inner.isEmpty, !isSection { throw unknown(name) }
            try apply(inner, under: name + ".", to: &recipe, path: path)
        case .scalar(let scalar) where isSection:
            // A section without keys, for example because all its lines are commented out.
            guard value.null != nil else {
                throw .invalidValue(key: name, value: scalar.string, expected: "keys of its own, indented")
            }
        case .scalar(let scalar):
            try set(name, to: scalar.string, in: &recipe)
        case .mapping, .sequence, .alias:
            guard let known = RecipeKey.named(name) else { throw unknown(name) }
            let kind = value.mapping == nil ? "a list" : "a group of keys"
            throw .invalidValue(key: name, value: kind, expected: known.expected)
        }
    }

    private static func set(_ name: String, to value: String, in recipe: inout Recipe) throws(RecipeError) {
        guard let key = RecipeKey.named(name) else { throw unknown(name) }
        guard key.store(&recipe, value) else {
            throw .invalidValue(key: name, value: value, expected: key.expected)
        }
    }

    private static func unknown(_ name: String) -> RecipeError {
        .unknownKey(name, nearest: RecipeKey.nearest(to: name))
    }
}
