import Orchestrator

/// A small residual network of spectra: a convolution, max-pooling, and two residual blocks.
public struct SmallEncoder: AudioEncoder {
    /// The options that only this encoder reads.
    public struct Options: RecipeOptions {
        /// Channels of the first block; the second one has twice as many.
        public var channels = 32

        public init() {}

        public static let section = "encoder"
        public static let keys: [OptionKey<Options>] = [.integer("channels", \.channels, 8...32)]
    }

    public static let name: EncoderName = "small"
    public static let options: [any RecipeOptions.Type] = [Options.self]
    private static let mapNames = ["pool", "block1", "block2"]
    public static let traits = EncoderTraits(
        input: .spectra, maps: mapNames, embeddingMaps: ["block1", "block2"], dimension: 64, pooling: .average)

    private let channels: Int

    public init(recipe: Recipe) { channels = recipe[Options.self].channels }

    public func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        let stem = Convolution(
            name: "conv", norm: "norm", channels: channels, window: Window(7, stride: 2), activation: .relu)
        var feature = graph.maxPooled("pool", stem(graph, views: input), window: Window(3, stride: 2))
        var maps = [EncoderMap(name: Self.mapNames[0], feature: feature)]
        let blocks = [
            ResidualBlock(name: "block1", channels: channels, window: Window(3)),
            ResidualBlock(name: "block2", channels: Self.traits.dimension, window: Window(3, stride: 2)),
        ]
        for (number, block) in blocks.enumerated().prefix(last) {
            feature = block(graph, feature)
            maps.append(EncoderMap(name: Self.mapNames[number + 1], feature: feature))
        }
        return maps
    }
}
