import OssicleAudio

/// All settings of a run. Every checkpoint contains them. `Configs/` has one commented YAML file per recipe.
///
/// Every key has a default value, so a recipe file contains only the keys that it changes. ``RecipeFile`` reads files
/// strictly: for an unknown key, it throws an error that names the most similar known key. The options of methods and
/// encoders are accessed by their type: `recipe[CLAR.Options.self].labelWeight`.
public struct Recipe: Sendable, Equatable {
    /// The storage format of activations.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        case float32
        /// Raw outputs of convolutions are stored as bfloat16, which halves their memory. Sums, weights and gradients
        /// are float32. The trained encoder also computes embeddings in float32.
        case bf16Storage = "bf16-storage"
    }

    /// The training method.
    public var method: MethodName = .cola
    /// The storage format of activations.
    public var precision: Precision = .float32
    /// The kind of embedding that probes read. Training does not depend on it.
    public var embedding: EmbeddingKind = .stages
    public var data = DataSection()
    public var frontend = FrontEndConfiguration()
    public var augmentation = AugmentationSection()
    public var encoder = EncoderSection()
    public var head = HeadSection()
    public var optimizer = OptimizerSection()
    public var schedule = ScheduleSection()
    public var training = TrainingSection()
    /// Options of methods and encoders that differ from their default values.
    private var options: [ObjectIdentifier: AnyRecipeOptions] = [:]

    public init() {}

    /// The options of a method, an encoder or an objective. They have their default values unless they were set.
    public subscript<Options: RecipeOptions>(_ type: Options.Type) -> Options {
        get { options[ObjectIdentifier(type)]?.value as? Options ?? Options() }
        set { options[ObjectIdentifier(type)] = newValue == Options() ? nil : AnyRecipeOptions(newValue) }
    }

    // Computed, because the possible names are those of the methods that are registered now.
    static var keys: [OptionKey<Recipe>] {
        [.choice("method", \.method), .choice("precision", \.precision), .choice("embedding", \.embedding)]
    }
}

/// The kind of an embedding. ``Embedding`` describes both kinds.
public enum EmbeddingKind: String, Codable, Sendable, CaseIterable {
    /// Feature maps from the middle of the encoder.
    case stages
    /// The last feature map of the encoder.
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

/// The recipe as JSON: an object with an object per section. Missing keys get their default values, and unknown keys
/// are ignored, because a checkpoint may be older or newer than the program.
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
