import Synchronization

/// The methods and encoders that recipes can name. It contains those of the library. A program that uses the library
/// registers its own methods and encoders before it reads recipes or checkpoints.
public enum Registry {
    private struct Types {
        var methods: [any TrainingMethod.Type] = [COLA.self, MultiStrategy.self, CLAR.self, Supervised.self]
        var encoders: [any AudioEncoder.Type] = [
            EfficientNetB0.self, ResNet18Encoder.self, ResNet18WaveformEncoder.self,
        ]
    }

    private static let types = Mutex(Types())

    static var methods: [any TrainingMethod.Type] { types.withLock { $0.methods } }
    static var encoders: [any AudioEncoder.Type] { types.withLock { $0.encoders } }

    static func method(_ name: MethodName) -> (any TrainingMethod.Type)? { methods.first { $0.name == name } }
    static func encoder(_ name: EncoderName) -> (any AudioEncoder.Type)? { encoders.first { $0.name == name } }

    /// Adds a method. It replaces a method of the same name. Its options must not have the key of another option.
    public static func register(_ method: any TrainingMethod.Type) {
        types.withLock { types in
            types.methods.removeAll { $0.name == method.name }
            types.methods.append(method)
        }
        expectDistinctKeys()
    }

    /// Adds an encoder. It replaces an encoder of the same name. Its options must not have the key of another option.
    public static func register(_ encoder: any AudioEncoder.Type) {
        types.withLock { types in
            types.encoders.removeAll { $0.name == encoder.name }
            types.encoders.append(encoder)
        }
        expectDistinctKeys()
    }

    private static func expectDistinctKeys() {
        let names = RecipeKey.all.map(\.name)
        let repeated = Set(names).first { name in names.count { $0 == name } > 1 }
        precondition(repeated == nil, "two options have the key \(repeated ?? "")")
    }

    /// The option types of all methods and encoders, without duplicates.
    static var options: [any RecipeOptions.Type] {
        var seen: Set<ObjectIdentifier> = []
        return (encoders.flatMap { $0.options } + methods.flatMap { $0.options })
            .filter { seen.insert(ObjectIdentifier($0)).inserted }
    }
}

/// The name of a method in recipes.
public struct MethodName: RawRepresentable, Hashable, Codable, Sendable, CaseIterable, ExpressibleByStringLiteral {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
    public static var allCases: [MethodName] { Registry.methods.map { $0.name } }
}

/// The name of an encoder in recipes.
public struct EncoderName: RawRepresentable, Hashable, Codable, Sendable, CaseIterable, ExpressibleByStringLiteral {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }
    public static var allCases: [EncoderName] { Registry.encoders.map { $0.name } }
}
