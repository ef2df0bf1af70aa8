import OssicleGraph

/// A network that takes views to maps (views, time, mel, channels).
///
/// An encoder is one type in one file. ``Registry/register(_:)-(AudioEncoder.Type)`` makes it known to recipes; the library's own
/// encoders are listed in ``Registry``. An encoder owns the options that only it reads (``options``); their recipe keys come with
/// them.
public protocol AudioEncoder: Sendable {
    /// The value of the recipe key `encoder.name`.
    static var name: EncoderName { get }
    /// What is fixed about the encoder.
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
    public static var options: [any RecipeOptions.Type] { [] }

    public func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap] {
        preconditionFailure("\(Self.name.rawValue) has no early layers")
    }
}

/// What is fixed about an encoder.
public struct EncoderTraits: Sendable {
    /// What an encoder reads.
    public enum Input: Sendable {
        /// (views, frames, bands, channels).
        case spectra
        /// (views, 1, samples, 1).
        case waveform
    }

    public let input: Input
    public let maps: [String]
    public let embeddingMaps: [String]
    public let dimension: Int
    public let pooling: PoolingKind
    public let lastEarly: Int?
    public let fewestFrames: Int
    public let timeStrides: [Int]
    public let storesHalfPrecision: Bool

    /// - Parameters:
    ///   - input: what the encoder reads.
    ///   - maps: names of the maps, in order, the last one included.
    ///   - embeddingMaps: the maps that the embedding `stages` reads.
    ///   - dimension: channels of the last map.
    ///   - pooling: how the last map is pooled to one vector.
    ///   - lastEarly: number of the last map that is large while the weights before it are few. In inference the layers up to it
    ///     run one view at a time, so that the maps stay in a cache. nil: all layers run a batch at a time.
    ///   - fewestFrames: the fewest frames (samples of waveforms) of a view.
    ///   - timeStrides: the values of `encoder.time_stride`.
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
    public static let efficientNetB0: EncoderName = "efficientnet-b0"
    public static let resNet18: EncoderName = "resnet18-2d"
    /// Over waveforms.
    public static let resNet18OfWaveforms: EncoderName = "resnet18-1d"
}
