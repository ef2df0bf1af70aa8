import OssicleGraph

/// A network that takes views to maps (views, time, mel, channels).
///
/// An encoder is one type in one file, and a line in ``Registry``. It owns the options that only it reads (``options``); their
/// recipe keys come with them.
package protocol AudioEncoder: Sendable {
    /// In recipes.
    static var name: EncoderName { get }
    static var traits: EncoderTraits { get }
    /// Groups of options that the encoder reads besides a recipe's own sections.
    static var options: [any RecipeOptions.Type] { get }

    init(recipe: Recipe)

    /// Records the layers up to map number `last`, and returns the maps in order.
    /// - Parameter input: (views, frames, bands, channels), or (views, 1, samples, 1).
    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap]

    /// The same for the layers behind map number ``EncoderTraits/lastEarly``; that map itself first.
    func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap]
}

extension AudioEncoder {
    package static var options: [any RecipeOptions.Type] { [] }

    package func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap] {
        preconditionFailure("\(Self.name.rawValue) has no early layers")
    }
}

/// What is fixed about an encoder.
package struct EncoderTraits: Sendable {
    package enum Input: Sendable {
        case spectra
        case waveform
    }

    let input: Input
    /// Names of the maps, in order, the last one included.
    let maps: [String]
    /// The maps that the embedding `stages` reads (bench/Results/embedding.md).
    let embeddingMaps: [String]
    /// Channels of the last map.
    let dimension: Int
    /// How the encoder's paper pools the last map to one vector.
    let pooling: PoolingKind
    /// Number of the last map that is large while the weights before it are few: a cache holds what one view makes up to
    /// it. nil: the layers are run a batch at a time.
    var lastEarly: Int?
    /// The fewest frames (samples of waveforms) of a view.
    var fewestFrames = 1
    /// The values of `encoder.time_stride`.
    var timeStrides = [32]
    /// Whether `precision: bf16-storage` is possible.
    var storesHalfPrecision = false
}

extension Recipe {
    /// The encoder that this recipe names.
    var audioEncoder: any AudioEncoder { encoderType.init(recipe: self) }

    var encoderTraits: EncoderTraits { encoderType.traits }

    private var encoderType: any AudioEncoder.Type {
        guard let type = Registry.encoder(encoder.name) else {
            preconditionFailure("there is no encoder “\(encoder.name.rawValue)”")
        }
        return type
    }
}

extension EncoderName {
    public static let efficientNetB0: EncoderName = "efficientnet-b0"
    public static let resNet18: EncoderName = "resnet18-2d"
    /// Over waveforms.
    public static let resNet18OfWaveforms: EncoderName = "resnet18-1d"
}
