import OssicleGraph

extension ResNet18 {
    /// Options of both ResNet-18 encoders.
    public struct Options: RecipeOptions {
        /// Whether convolutions with stride 1 and a window of 3×3 or 9 may use the Winograd method. It is faster, with
        /// errors of 2e-5 of the largest value.
        public var winograd = true

        public init() {}

        public static let section = "encoder"
        public static let keys: [OptionKey<Options>] = [.flag("winograd", \.winograd)]
    }
}

/// ResNet-18 for spectra.
struct ResNet18Encoder: AudioEncoder {
    static let name: EncoderName = .resNet18
    static let options: [any RecipeOptions.Type] = [ResNet18.Options.self]
    static let traits = EncoderTraits(
        input: .spectra, maps: ResNet18.mapNames, embeddingMaps: ["layer2", "layer3"], dimension: ResNet18.dimension,
        pooling: .average)

    private let network: ResNet18

    init(recipe: Recipe) {
        network = ResNet18(dimensions: .two, allowsWinograd: recipe[ResNet18.Options.self].winograd)
    }

    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        network.maps(graph, input, through: last)
    }
}

/// ResNet-18 for waveforms.
struct ResNet18WaveformEncoder: AudioEncoder {
    static let name: EncoderName = .resNet18OfWaveforms
    static let options: [any RecipeOptions.Type] = [ResNet18.Options.self]
    static let traits = EncoderTraits(
        input: .waveform, maps: ResNet18.mapNames, embeddingMaps: ["layer2", "layer3", "layer4"],
        dimension: ResNet18.dimension, pooling: .average,
        // The first convolution has 7 outputs for 13 samples. With padding, that is just enough for the pooling window
        // of 9.
        fewestFrames: 13)

    private let network: ResNet18

    init(recipe: Recipe) {
        network = ResNet18(dimensions: .one, allowsWinograd: recipe[ResNet18.Options.self].winograd)
    }

    /// Time is the height of the feature maps, as it is for spectra.
    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        network.maps(graph, input, through: last)
            .map { EncoderMap(name: $0.name, feature: $0.feature.timeAsHeight) }
    }
}
