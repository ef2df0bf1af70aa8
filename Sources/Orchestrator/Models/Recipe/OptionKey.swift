import OssicleAudio

/// A group of options of one type, such as those of an encoder, with the recipe keys that set them.
///
/// The type that reads the options owns them. Only its list of keys contains their names. Recipe files, `--set`,
/// checkpoints and messages all use that list.
public protocol RecipeOptions: Sendable, Equatable {
    /// The section of the recipe that has the keys, such as `encoder`.
    static var section: String { get }
    /// The keys that set the options.
    static var keys: [OptionKey<Self>] { get }
    /// Creates the default values.
    init()
}

/// One key of a group of options. It reads a value from text, checks it, and writes it as text and as JSON.
public struct OptionKey<Options>: Sendable {
    /// The name without the section, for example `learning_rate`.
    public let name: String
    /// The values that the key accepts, worded to follow “it must be”.
    public let expected: String
    /// The value as YAML.
    let text: @Sendable (Options) -> String
    /// Parses and stores a value. Returns false and changes nothing if the text has the wrong type or is out of range.
    let store: @Sendable (inout Options, String) -> Bool
    /// Whether the key accepts the value.
    let isValid: @Sendable (Options) -> Bool
    /// Writes the value as JSON.
    let encode: @Sendable (Options, inout KeyedEncodingContainer<OptionName>) throws -> Void
    /// Reads the value from JSON. If the container lacks the key, which may be newer than the file, the default
    /// remains.
    let decode: @Sendable (inout Options, KeyedDecodingContainer<OptionName>) throws -> Void
}

/// The name of an option or of a section in JSON.
struct OptionName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: some StringProtocol) { stringValue = String(name) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

extension OptionKey {
    /// The property that a key reads and writes.
    public typealias Path<Value> = WritableKeyPath<Options, Value> & Sendable

    /// A key for an integer within `range`.
    public static func integer(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> OptionKey {
        let low = range.lowerBound
        let expected =
            range.upperBound == 1 << 30
            ? "an integer, \(low) or more, and at most 2³⁰" : "an integer from \(low) to \(range.upperBound)"
        return key(
            name, path, expected,
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
    }

    /// A key for a seed.
    static func seed(_ name: String, _ path: Path<UInt64>) -> OptionKey {
        key(name, path, "an integer from 0 to 2⁶⁴ − 1", read: { UInt64($0) }, write: { "\($0)" })
    }

    /// A key for a number.
    /// - Parameters:
    ///   - name: the name without the section.
    ///   - path: the property.
    ///   - expected: the values that the key accepts, worded to follow “it must be”.
    ///   - holds: whether the key accepts a value.
    public static func number<Value>(
        _ name: String, _ path: Path<Value>, _ expected: String, where holds: @escaping @Sendable (Value) -> Bool
    ) -> OptionKey where Value: BinaryFloatingPoint & LosslessStringConvertible & Codable & Sendable {
        key(
            name, path, expected,
            read: { text in Value(text).flatMap { $0.isFinite && holds($0) ? $0 : nil } },
            write: { decimal("\($0)") })
    }

    /// A key for true or false.
    public static func flag(_ name: String, _ path: Path<Bool>) -> OptionKey {
        key(name, path, "true or false", read: { Bool($0) }, write: { "\($0)" })
    }

    /// A key for one of the cases of a type.
    public static func choice<Value>(_ name: String, _ path: Path<Value>) -> OptionKey
    where Value: RawRepresentable<String> & CaseIterable & Codable & Sendable {
        let known = Value.allCases.map(\.rawValue)
        let expected = known.count == 1 ? known[0] : "one of \(known.joined(separator: ", "))"
        return key(
            name, path, expected, read: { text in known.contains(text) ? Value(rawValue: text) : nil },
            write: { $0.rawValue })
    }

    static func chain(_ name: String, _ path: Path<AugmentationChain>) -> OptionKey {
        key(
            name, path,
            "a list of transforms, for example “fade 0.5, pitch-shift 0.5 semitones=-5..5” (ossicle augment --list "
                + "shows all)",
            read: { try? AugmentationChain($0) }, write: { "\"\($0.text)\"" }, unquoted: { $0.text })
    }

    static func path(_ name: String, _ path: Path<String>) -> OptionKey {
        key(
            name, path, "a path", read: { $0 },
            write: { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }, unquoted: { $0 })
    }

    private static func key<Value: Codable & Sendable>(
        _ name: String, _ path: Path<Value>, _ expected: String, read: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String, unquoted: (@Sendable (Value) -> String)? = nil
    ) -> OptionKey {
        OptionKey(
            name: name, expected: expected, text: { write($0[keyPath: path]) },
            store: { options, text in
                guard let value = read(text) else { return false }
                options[keyPath: path] = value
                return true
            },
            isValid: { read((unquoted ?? write)($0[keyPath: path])) != nil },
            encode: { options, container in
                try container.encode(options[keyPath: path], forKey: OptionName(name))
            },
            decode: { options, container in
                if let value = try container.decodeIfPresent(Value.self, forKey: OptionName(name)) {
                    options[keyPath: path] = value
                }
            })
    }

    /// The decimal text of a number, in a form that every YAML parser reads as a number. YAML 1.1 parsers read `1e-05`,
    /// which Swift writes, as a string unless the mantissa has a decimal point.
    private static func decimal(_ text: String) -> String {
        guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }
}

extension ClosedRange<Int> {
    /// The range of options that are numbers of steps, samples or values. They are at most 2³⁰, so that their products
    /// do not overflow.
    public static var positive: ClosedRange<Int> { 1...1 << 30 }
    /// The same range, including 0.
    public static var counted: ClosedRange<Int> { 0...1 << 30 }
    /// The range of options that are factors of the size of a tensor.
    public static var size: ClosedRange<Int> { 1...1 << 20 }
}
