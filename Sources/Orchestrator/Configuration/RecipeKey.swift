import OssicleAudio

/// One key of a recipe: how its value is read from text, checked and written. ``all`` lists every key once, in the order
/// in which a recipe is written; reading, overriding, writing and the suggestions for misspelt keys all go through it.
public struct RecipeKey: Sendable {
    /// Dotted name, as in `optimizer.learning_rate`.
    public let name: String
    /// What the key takes, ready to follow “it takes”.
    public let expected: String
    /// The value in a recipe, as YAML.
    public let text: @Sendable (Recipe) -> String
    /// Stores a value given as text; false, and no change, where the text is not of the kind or range expected.
    let store: @Sendable (inout Recipe, String) -> Bool

    /// `nil` for a top-level key.
    var section: Substring? { name.firstIndex(of: ".").map { name[..<$0] } }
    var lastComponent: Substring { name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...] }
}

extension RecipeKey {
    typealias Path<Value> = WritableKeyPath<Recipe, Value> & Sendable

    static func integer(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> RecipeKey {
        let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
        return key(
            name, path, "a whole number from \(range.lowerBound)\(end)",
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
    }

    static func seed(_ name: String, _ path: Path<UInt64>) -> RecipeKey {
        key(name, path, "a whole number from 0 to 2⁶⁴ − 1", read: { UInt64($0) }, write: { "\($0)" })
    }

    static func number<Value>(
        _ name: String, _ path: Path<Value>, _ expected: String, where holds: @escaping @Sendable (Value) -> Bool
    ) -> RecipeKey where Value: BinaryFloatingPoint & LosslessStringConvertible & Sendable {
        key(
            name, path, expected,
            read: { text in Value(text).flatMap { $0.isFinite && holds($0) ? $0 : nil } },
            write: { decimal("\($0)") })
    }

    static func flag(_ name: String, _ path: Path<Bool>) -> RecipeKey {
        key(name, path, "true or false", read: { Bool($0) }, write: { "\($0)" })
    }

    static func choice<Value>(_ name: String, _ path: Path<Value>) -> RecipeKey
    where Value: RawRepresentable<String> & CaseIterable & Sendable {
        let known = Value.allCases.map(\.rawValue)
        let expected = known.count == 1 ? known[0] : "one of \(known.joined(separator: ", "))"
        return key(name, path, expected, read: { Value(rawValue: $0) }, write: { $0.rawValue })
    }

    static func chain(_ name: String, _ path: Path<AugmentationChain>) -> RecipeKey {
        key(
            name, path,
            "steps such as “fade 0.5, pitch-shift 0.5 semitones=-5..5” (ossicle augment --list has them all)",
            read: { try? AugmentationChain($0) }, write: { "\"\($0.text)\"" })
    }

    static func path(_ name: String, _ path: Path<String>) -> RecipeKey {
        key(
            name, path, "a path", read: { $0 },
            write: { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" })
    }

    private static func key<Value>(
        _ name: String, _ path: Path<Value>, _ expected: String, read: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) -> RecipeKey {
        RecipeKey(
            name: name, expected: expected, text: { write($0[keyPath: path]) },
            store: { recipe, text in
                guard let value = read(text) else { return false }
                recipe[keyPath: path] = value
                return true
            })
    }

    /// Swift writes the shortest text that reads back to the same bits; YAML 1.1 readers take `1e-05` for a string
    /// unless its mantissa has a point.
    private static func decimal(_ text: String) -> String {
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }
}
