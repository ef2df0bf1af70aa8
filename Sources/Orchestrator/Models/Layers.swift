import OssicleGraph
import OssicleKernels

// A layer is a struct with its configuration. Calling it records its operations and returns the input of the next
// layer.

/// A 3×3 convolution of the encoder's input with stride 2, with batch norm and swish.
public struct Stem {
    private let name: String
    private let channels: Int

    /// - Parameters:
    ///   - name: the name of the layer. Its parameters are `name.0.weight`, `name.1.bias` and so on.
    ///   - channels: the number of channels of the output.
    public init(name: String, channels: Int) {
        self.name = name
        self.channels = channels
    }

    /// Records the layer.
    /// - Parameter input: (views, height, width, channels). It gets no gradient.
    public func callAsFunction(_ graph: Graph, _ input: Value) -> Feature {
        let shape = graph.shape(input)
        let weights = graph.parameter(
            name + ".0.weight", [channels, shape[3], 3, 3], .varianceScaling(scale: 2, fanOut: channels * 9),
            layout: .kernelFirst)
        let convolution = StemConvolution(graph, name + ".0", input, weights: weights, outputs: channels)
        graph.record(convolution)
        let (height, width) = (convolution.outputHeight, convolution.outputWidth)
        graph.record(
            BatchNormalization(graph, name + ".1", convolution.output, rows: shape[0] * height * width))
        return Feature(
            raw: convolution.output.raw, images: shape[0], height: height, width: width, channels: channels,
            normalization: convolution.output.normalization, activation: .swish)
    }
}

/// A 1×1 convolution with batch norm and an activation.
public struct Pointwise {
    private let name: String
    private let channels: Int
    private let activation: Activation

    /// - Parameters:
    ///   - name: the name of the layer. Its parameters are `name.0.weight`, `name.1.bias` and so on.
    ///   - channels: the number of channels of the output.
    ///   - activation: the activation that the reader of the output applies.
    public init(name: String, channels: Int, activation: Activation) {
        self.name = name
        self.channels = channels
        self.activation = activation
    }

    /// Records the layer.
    /// - Parameter input: a feature map without an activation.
    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        record(graph, input).feature
    }

    /// Records the layer. Also returns the convolution, which the end of a block needs.
    func record(_ graph: Graph, _ input: Feature) -> (feature: Feature, convolution: PointwiseConvolution) {
        let weights = graph.parameter(
            name + ".0.weight", [channels, input.channels, 1, 1], .varianceScaling(scale: 2, fanOut: channels))
        let convolution = PointwiseConvolution(
            graph, name + ".0", input, outputs: channels, weights: weights, bias: nil, isNormalized: true)
        graph.record(convolution)
        graph.record(BatchNormalization(graph, name + ".1", convolution.output, rows: input.rows))
        let feature = Feature(
            raw: convolution.output.raw, images: input.images, height: input.height, width: input.width,
            channels: channels, normalization: convolution.output.normalization, activation: activation)
        return (feature, convolution)
    }
}

/// A depthwise convolution with batch norm and swish.
public struct Depthwise {
    private let name: String
    private let kernel: Int
    private let stride: Stride

    /// - Parameters:
    ///   - name: the name of the layer. Its parameters are `name.0.weight`, `name.1.bias` and so on.
    ///   - kernel: the height and width of the window, 3 or 5.
    ///   - stride: 1 or 2 in each direction.
    public init(name: String, kernel: Int, stride: Stride) {
        self.name = name
        self.kernel = kernel
        self.stride = stride
    }

    /// Records the layer.
    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        let weights = graph.parameter(
            name + ".0.weight", [input.channels, 1, kernel, kernel],
            .varianceScaling(scale: 2, fanOut: kernel * kernel), layout: .kernelFirst)
        let convolution = WindowConvolution(
            graph, name + ".0", input, outputs: input.channels, weights: weights,
            kernel: DepthwiseKernel(
                images: input.images, height: input.height, width: input.width, channels: input.channels,
                kernel: kernel, stride: stride))
        graph.record(convolution)
        let feature = convolution.feature(activation: .swish)
        graph.record(BatchNormalization(graph, name + ".1", convolution.output, rows: feature.rows))
        return feature
    }
}

/// A dense layer y = W·x + b, or y = W·x.
public struct Dense {
    private let name: String
    private let outputs: Int
    private let initializer: Initializer
    private let hasBias: Bool

    /// - Parameters:
    ///   - name: the name of the layer. Its parameters are `name.weight` and `name.bias`.
    ///   - outputs: the number of values per row of the output.
    ///   - initializer: the distribution of the initial values of W. The initial b is 0.
    ///   - hasBias: whether b is added.
    public init(name: String, outputs: Int, initializer: Initializer = .glorotUniform, hasBias: Bool = true) {
        self.name = name
        self.outputs = outputs
        self.initializer = initializer
        self.hasBias = hasBias
    }

    /// Records the layer.
    /// - Parameter input: (rows, inputs).
    /// - Returns: (rows, outputs).
    public func callAsFunction(_ graph: Graph, _ input: Value) -> Value {
        let shape = graph.shape(input)
        let weights = graph.parameter(name + ".weight", [outputs, shape[1]], initializer)
        let bias = hasBias ? graph.parameter(name + ".bias", [outputs], .constant(0)) : nil
        let feature = Feature(raw: input, images: shape[0], height: 1, width: 1, channels: shape[1])
        let convolution = PointwiseConvolution(
            graph, name, feature, outputs: outputs, weights: weights, bias: bias, isNormalized: false)
        graph.record(convolution)
        return convolution.output.raw
    }
}
