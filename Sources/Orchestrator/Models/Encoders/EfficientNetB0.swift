import OssicleGraph
import OssicleKernels

/// EfficientNet-B0 for spectra, without its pooling: (views, time, mel, 1) → (views, time/32, mel/32, 1280).
///
/// A convolution with a k×k window pads its input by k/2, rounded down, on every side. The names and shapes of the
/// parameters are those of torchvision's `efficientnet_b0` with one input channel. There are 4.007 million parameters.
/// With a time stride of 16 or 8, the last strides apply to mel only.
///
/// *Reference:* Tan, Le, "EfficientNet", ICML 2019, table 1; Saeed et al., ICASSP 2021, §3.
public struct EfficientNetB0: AudioEncoder {
    /// Options of EfficientNet-B0.
    public struct Options: RecipeOptions {
        /// The drop-connect rate p. In training, block b of the blocks 0 to 15 drops its branch for an image with the
        /// probability p · b/16.
        public var dropConnect: Float = 0.2

        public init() {}

        public static let section = "encoder"
        public static let keys: [OptionKey<Options>] = [
            .number("drop_connect", \.dropConnect, "a probability from 0 to below 1") { (0..<1).contains($0) }
        ]
    }

    /// The blocks between two feature maps.
    struct Stage {
        let expansion: Int
        let channels: Int
        let repeats: Int
        let stride: Int
        let kernel: Int
    }

    static let stages = [
        Stage(expansion: 1, channels: 16, repeats: 1, stride: 1, kernel: 3),
        Stage(expansion: 6, channels: 24, repeats: 2, stride: 2, kernel: 3),
        Stage(expansion: 6, channels: 40, repeats: 2, stride: 2, kernel: 5),
        Stage(expansion: 6, channels: 80, repeats: 3, stride: 2, kernel: 3),
        Stage(expansion: 6, channels: 112, repeats: 3, stride: 1, kernel: 5),
        Stage(expansion: 6, channels: 192, repeats: 4, stride: 2, kernel: 5),
        Stage(expansion: 6, channels: 320, repeats: 1, stride: 1, kernel: 3),
    ]
    static let dimension = 1280
    public static let name: EncoderName = .efficientNetB0
    public static let options: [any RecipeOptions.Type] = [Options.self]
    public static let traits = EncoderTraits(
        input: .spectra, maps: mapNames, embeddingMaps: ["features.2", "features.3", "features.5"],
        dimension: dimension, pooling: .max, lastEarly: lastEarly, timeStrides: [8, 16, 32], storesHalfPrecision: true)

    /// The drop-connect rate p. Block b of the blocks 0 to 15 drops its branch with the probability p · b/16.
    let dropConnect: Float

    /// The number of input frames per frame of the last feature map: 32, 16 or 8.
    let timeStride: Int

    init(dropConnect: Float, timeStride: Int = 32) {
        self.dropConnect = dropConnect
        self.timeStride = timeStride
    }

    public init(recipe: Recipe) {
        self.init(dropConnect: recipe[Options.self].dropConnect, timeStride: recipe.encoder.timeStride)
    }

    /// - Parameter input: (views, time, mel, 1).
    func callAsFunction(_ graph: Graph, _ input: Value) -> Feature {
        let last = Self.stages.count + 1
        return maps(graph, input, through: last)[last].feature
    }

    /// The number of the last early feature map. The feature maps up to it are large, so that a cache holds those of
    /// one view only. The layers after it have more weights.
    static let lastEarly = 3

    /// The names of the feature maps, as in torchvision. `features.0` is the output of the first convolution,
    /// `features.1` to `features.7` are those of the stages, and `features.8` is that of the last convolution.
    static let mapNames = (0...stages.count + 1).map { "features.\($0)" }

    /// Records the layers up to feature map number `last`, and returns the feature maps in order.
    public func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        let stem = Stem(name: "features.0", channels: 32)(graph, input)
        return [EncoderMap(name: Self.mapNames[0], feature: stem)] + maps(graph, number: 0, stem, through: last)
    }

    /// Records the layers after feature map number `lastEarly`, up to number `last`. Returns the feature maps in order,
    /// beginning with `early`.
    public func maps(_ graph: Graph, after early: Feature, through last: Int) -> [EncoderMap] {
        [EncoderMap(name: Self.mapNames[Self.lastEarly], feature: early)]
            + maps(graph, number: Self.lastEarly, early, through: last)
    }

    private func maps(_ graph: Graph, number: Int, _ input: Feature, through last: Int) -> [EncoderMap] {
        var feature = input
        return (number..<max(number, last)).map { previous in
            let name = Self.mapNames[previous + 1]
            feature =
                previous < Self.stages.count
                ? stage(previous, graph, feature)
                : Pointwise(name: name, channels: Self.dimension, activation: .swish)(graph, feature)
            return EncoderMap(name: name, feature: feature)
        }
    }

    /// The stride of the first block of each stage.
    private var strides: [Stride] {
        var frames = 2  // input frames per frame of the feature map
        return Self.stages.map { stage in
            let stride = Stride(height: frames < timeStride ? stage.stride : 1, width: stage.stride)
            frames *= stride.height
            return stride
        }
    }

    private func stage(_ number: Int, _ graph: Graph, _ input: Feature) -> Feature {
        let blocks = Self.stages.map(\.repeats).reduce(0, +)
        let first = Self.stages[..<number].map(\.repeats).reduce(0, +)
        let stage = Self.stages[number]
        var feature = input
        for repetition in 0..<stage.repeats {
            let index = first + repetition
            let block = MobileBlock(
                name: "features.\(number + 1).\(repetition).block", expansion: stage.expansion,
                channels: stage.channels, stride: repetition == 0 ? strides[number] : .one, kernel: stage.kernel,
                dropProbability: dropConnect * Float(index) / Float(blocks), index: index)
            feature = block(graph, feature)
        }
        return feature
    }
}

/// The inverted residual block of EfficientNet (MBConv).
///
/// It has a 1×1 convolution to more channels, a depthwise convolution, squeeze-and-excitation, and a 1×1 convolution to
/// fewer channels. The result is added to the input if the shapes are equal.
///
/// *Reference:* Sandler et al., "MobileNetV2", CVPR 2018; Tan, Le, ICML 2019.
public struct MobileBlock {
    private let name: String
    private let expansion: Int
    private let channels: Int
    private let stride: Stride
    private let kernel: Int
    private let dropProbability: Float
    private let index: Int

    /// - Parameters:
    ///   - name: the name of the block. Its parameters are `name.0.0.weight` and so on.
    ///   - expansion: the factor by which the first convolution multiplies the number of channels. 1 omits that
    ///     convolution.
    ///   - channels: the number of channels of the output.
    ///   - stride: the stride of the depthwise convolution.
    ///   - kernel: the height and width of the depthwise window, 3 or 5.
    ///   - dropProbability: the probability with which, in training, the output of the block for an image is its input.
    ///   - index: the number of the block. The random numbers of the block depend on it.
    public init(
        name: String, expansion: Int, channels: Int, stride: Stride, kernel: Int, dropProbability: Float = 0,
        index: Int = 0
    ) {
        self.name = name
        self.expansion = expansion
        self.channels = channels
        self.stride = stride
        self.kernel = kernel
        self.dropProbability = dropProbability
        self.index = index
    }

    /// Records the block.
    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        var part = 0
        var feature = input
        if expansion > 1 {
            feature = Pointwise(
                name: "\(name).0", channels: input.channels * expansion, activation: .swish)(graph, input)
            part = 1
        }
        feature = Depthwise(name: "\(name).\(part)", kernel: kernel, stride: stride)(graph, feature)
        let gate = SqueezeExcitation(
            graph, "\(name).\(part + 1)", feature, squeezed: max(1, input.channels / 4))
        graph.record(gate)

        let project = Pointwise(name: "\(name).\(part + 2)", channels: channels, activation: .identity)
            .record(graph, gate.output)
        guard stride == .one && input.channels == channels else {
            if graph.training {
                graph.record(SharedNormalization(graph, "\(name).end", project.convolution.output))
            }
            return project.feature
        }
        let sum = NormalizeAdd(
            graph, "\(name).add", project.convolution.output, residual: input, dropProbability: dropProbability,
            blockIndex: index)
        project.convolution.output.imageScale = sum.imageScale
        graph.record(sum)
        return Feature(
            raw: sum.output, images: feature.images, height: feature.height, width: feature.width, channels: channels)
    }
}
