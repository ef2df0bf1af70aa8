/// One key of a recipe, with functions that parse, validate and write its value. ``all`` lists every key once, in the
/// order of a written recipe. Reading, overriding, writing and the suggestions for misspelt keys all use this list.
public struct RecipeKey: Sendable {
    /// Dotted name, as in `optimizer.learning_rate`.
    public let name: String
    /// The values that the key accepts, to follow “it must be”.
    public let expected: String
    /// The value in a recipe, as YAML.
    public let text: @Sendable (Recipe) -> String
    /// Parses and stores a value. Returns false and changes nothing if the text has the wrong type or is out of range.
    let store: @Sendable (inout Recipe, String) -> Bool

    /// `nil` for a top-level key.
    var section: Substring? { name.firstIndex(of: ".").map { name[..<$0] } }
    var lastComponent: Substring { name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...] }
}

extension RecipeKey {
    typealias Path<Value> = WritableKeyPath<Recipe, Value> & Sendable

    static func integer(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> RecipeKey {
        let low = range.lowerBound
        let expected =
            range.upperBound == .max ? "an integer, \(low) or more" : "an integer from \(low) to \(range.upperBound)"
        return key(
            name, path, expected,
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
    }

    static func seed(_ name: String, _ path: Path<UInt64>) -> RecipeKey {
        key(name, path, "an integer from 0 to 2⁶⁴ − 1", read: { UInt64($0) }, write: { "\($0)" })
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
            "a list of transforms, for example “fade 0.5, pitch-shift 0.5 semitones=-5..5” (ossicle augment --list "
                + "shows all)",
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

    /// Swift writes the shortest decimal text that parses to the same bits. YAML 1.1 parsers read `1e-05` as a string
    /// unless the mantissa has a decimal point.
    private static func decimal(_ text: String) -> String {
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }
}
