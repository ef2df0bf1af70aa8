import OssicleAudio

/// Everything that determines a run, saved in every checkpoint. One commented YAML file per recipe lives in `Configs/`.
///
/// Every key has a default, so a recipe file says only what it changes; ``RecipeFile`` reads files strictly: an unknown
/// key is an error that names the nearest known one. Options of methods and of encoders are reached by their type:
/// `recipe[CLAR.Options.self].labelWeight`.
public struct Recipe: Sendable, Equatable {
    /// Storage precision of saved activations.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        case float32
        /// Raw outputs of convolutions as bfloat16: half their memory. Sums, weights and gradients stay float, and so does
        /// encoding once it is trained.
        case bf16Storage = "bf16-storage"
    }

    /// What the run learns from.
    public var method: MethodName = .cola
    public var precision: Precision = .float32
    /// What embeddings and probes read of the encoder. The training does not depend on it.
    public var embedding: EmbeddingKind = .stages
    public var data = DataSection()
    public var frontend = FrontEndConfiguration()
    public var augmentation = AugmentationSection()
    public var encoder = EncoderSection()
    public var head = HeadSection()
    public var optimizer = OptimizerSection()
    public var schedule = ScheduleSection()
    public var training = TrainingSection()
    /// Options of methods and encoders that differ from their defaults.
    private var options: [ObjectIdentifier: AnyRecipeOptions] = [:]

    public init() {}

    /// Options of a method, an encoder or an objective; the defaults where nothing else was set.
    public subscript<Options: RecipeOptions>(_ type: Options.Type) -> Options {
        get { options[ObjectIdentifier(type)]?.value as? Options ?? Options() }
        set { options[ObjectIdentifier(type)] = newValue == Options() ? nil : AnyRecipeOptions(newValue) }
    }

    // Computed: the methods are those that are registered by now.
    static var keys: [OptionKey<Recipe>] {
        [.choice("method", \.method), .choice("precision", \.precision), .choice("embedding", \.embedding)]
    }
}

/// What an embedding reads of the encoder: maps from its middle, or its last one. ``Embedding`` says how.
public enum EmbeddingKind: String, Codable, Sendable, CaseIterable {
    case stages
    case last
}

/// Options of any type, comparable with others.
private struct AnyRecipeOptions: Sendable, Equatable {
    let value: any RecipeOptions

    init(_ value: some RecipeOptions) { self.value = value }

    static func == (a: AnyRecipeOptions, b: AnyRecipeOptions) -> Bool { isEqual(a.value, b.value) }

    private static func isEqual<Options: RecipeOptions>(_ a: Options, _ b: any RecipeOptions) -> Bool {
        b as? Options == a
    }
}

/// As JSON: an object with an object per section. Keys that are missing have their defaults, and unknown ones are ignored: a
/// checkpoint may be older or newer than the program.
extension Recipe: Codable {
    public init(from decoder: any Decoder) throws {
        self.init()
        let root = try decoder.container(keyedBy: OptionName.self)
        for key in RecipeKey.all {
            guard let section = key.section.map(OptionName.init) else {
                try key.decode(&self, root)
                continue
            }
            guard root.contains(section) else { continue }
            try key.decode(&self, root.nestedContainer(keyedBy: OptionName.self, forKey: section))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: OptionName.self)
        var sections: [Substring: KeyedEncodingContainer<OptionName>] = [:]
        for key in RecipeKey.all {
            guard let section = key.section else {
                try key.encode(self, &root)
                continue
            }
            var container =
                sections[section] ?? root.nestedContainer(keyedBy: OptionName.self, forKey: OptionName(section))
            try key.encode(self, &container)
            sections[section] = container
        }
    }
}
