import OssicleGraph

/// A neural network that maps views to feature maps (views, time, mel, channels).
///
/// An encoder is one type in one file. ``Registry/register(_:)-(AudioEncoder.Type)`` makes it available to recipes. The
/// encoders of the library are listed in ``Registry``. Options that only one encoder reads belong to that encoder
/// (``options``), together with their recipe keys.
public protocol AudioEncoder: Sendable {
    /// The value of the recipe key `encoder.name`.
    static var name: EncoderName { get }
    /// The fixed properties of the encoder.
    static var traits: EncoderTraits { get }
    /// The option types that the encoder reads, in addition to the sections of every recipe.
    static var options: [any RecipeOptions.Type] { get }

    /// Creates the encoder of a recipe.
    init(recipe: Recipe)

    /// Records the layers up to feature map number `last`, and returns the feature maps in order.
    /// - Parameters:
    ///   - graph: the graph that records the layers.
    ///   - input: (views, frames, bands, channels), or (views, 1, samples, 1) for waveforms.
    ///   - last: the number of the last feature map, from 0.
    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap]

    /// Records the layers after feature map number ``EncoderTraits/lastEarly``, up to feature map number `last`.
    /// Returns the feature maps in order, beginning with `early`.
    func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap]
}

extension AudioEncoder {
    public static var options: [any RecipeOptions.Type] { [] }

    public func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap] {
        preconditionFailure("\(Self.name.rawValue) has no early layers")
    }
}

/// The fixed properties of an encoder.
public struct EncoderTraits: Sendable {
    /// The input of an encoder.
    public enum Input: Sendable {
        /// (views, frames, bands, channels).
        case spectra
        /// (views, 1, samples, 1).
        case waveform
    }

    /// The input of the encoder.
    public let input: Input
    /// The names of the feature maps, in order.
    public let maps: [String]
    /// The names of the feature maps that the embedding `stages` reads.
    public let embeddingMaps: [String]
    /// The number of channels of the last feature map.
    public let dimension: Int
    /// The pooling of the last feature map to one vector.
    public let pooling: PoolingKind
    /// The number of the last early feature map; nil if the encoder has no early layers.
    public let lastEarly: Int?
    /// The smallest number of frames of a view. For waveforms, the smallest number of samples.
    public let fewestFrames: Int
    /// The possible values of `encoder.time_stride`.
    public let timeStrides: [Int]
    /// Whether `precision: bf16-storage` is possible.
    public let storesHalfPrecision: Bool

    /// - Parameters:
    ///   - input: the input of the encoder.
    ///   - maps: the names of the feature maps, in order, including the last one.
    ///   - embeddingMaps: the names of the feature maps that the embedding `stages` reads.
    ///   - dimension: the number of channels of the last feature map.
    ///   - pooling: the pooling of the last feature map to one vector.
    ///   - lastEarly: the number of the last early feature map. Early layers have large feature maps and few weights.
    ///     In inference, they run one view at a time, so that the feature maps stay in a cache. nil: all layers run
    ///     with a whole batch.
    ///   - fewestFrames: the smallest number of frames (for waveforms, samples) of a view.
    ///   - timeStrides: the possible values of `encoder.time_stride`.
    ///   - storesHalfPrecision: whether `precision: bf16-storage` is possible.
    public init(
        input: Input, maps: [String], embeddingMaps: [String], dimension: Int, pooling: PoolingKind,
        lastEarly: Int? = nil,
        fewestFrames: Int = 1, timeStrides: [Int] = [32], storesHalfPrecision: Bool = false
    ) {
        precondition(embeddingMaps.allSatisfy(maps.contains), "the embedding reads maps of the encoder")
        self.input = input
        self.maps = maps
        self.embeddingMaps = embeddingMaps
        self.dimension = dimension
        self.pooling = pooling
        self.lastEarly = lastEarly
        self.fewestFrames = fewestFrames
        self.timeStrides = timeStrides
        self.storesHalfPrecision = storesHalfPrecision
    }
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
    /// EfficientNet-B0 for spectra.
    public static let efficientNetB0: EncoderName = "efficientnet-b0"
    /// ResNet-18 for spectra.
    public static let resNet18: EncoderName = "resnet18-2d"
    /// ResNet-18 for waveforms.
    public static let resNet18OfWaveforms: EncoderName = "resnet18-1d"
}
