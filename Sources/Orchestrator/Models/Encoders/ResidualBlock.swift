import OssicleGraph
import OssicleKernels

/// A dense convolution with batch norm and an activation. The weights' shape in files is PyTorch's: (outputs, inputs, height, width),
/// or (outputs, inputs, width) for maps of height 1.
public struct Convolution {
    private let name: String
    private let norm: String
    private let channels: Int
    private let window: Window
    private let activation: Activation
    private let allowsWinograd: Bool

    /// - Parameters:
    ///   - name: of the convolution, whose weights are `name.weight`.
    ///   - norm: name of the batch norm.
    ///   - channels: of the output.
    ///   - window: its size, stride and padding.
    ///   - activation: applied by whoever reads the output.
    ///   - allowsWinograd: whether Winograd's method may be used if the window is 3×3, or 9 wide, with a stride of 1: it is faster, with
    ///     errors of 2e-5 of the largest value.
    public init(
        name: String, norm: String, channels: Int, window: Window, activation: Activation, allowsWinograd: Bool = true
    ) {
        self.name = name
        self.norm = norm
        self.channels = channels
        self.window = window
        self.activation = activation
        self.allowsWinograd = allowsWinograd
    }

    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        record(graph, input).feature(activation: activation)
    }

    /// The encoder's first layer.
    /// - Parameter views: (views, height, width, channels); they get no gradient.
    public func callAsFunction(_ graph: Graph, views: Value) -> Feature {
        let shape = graph.shape(views)
        let input = Feature(raw: views, images: shape[0], height: shape[1], width: shape[2], channels: shape[3])
        return record(graph, input, isFirst: true).feature(activation: activation)
    }

    func record(_ graph: Graph, _ input: Feature, isFirst: Bool = false) -> WindowConvolution<ConvolutionKernel> {
        let weights = graph.parameter(
            name + ".weight", [channels, input.channels] + window.taps,
            .varianceScaling(scale: 2, fanOut: channels * window.height * window.width), layout: .kernelFirst)
        let convolution = WindowConvolution(
            graph, name, input, outputs: channels, weights: weights,
            kernel: ConvolutionKernel(
                images: input.images, height: input.height, width: input.width, channels: input.channels,
                outputs: channels, window: window, allowsWinograd: allowsWinograd),
            isFirst: isFirst)
        graph.record(convolution)
        graph.record(
            BatchNormalization(
                graph, norm, convolution.output, rows: convolution.feature(activation: .identity).rows, epsilon: 1e-5))
        return convolution
    }
}

extension Window {
    /// The sizes in the shape of weights in files.
    fileprivate var taps: [Int] { isAcross ? [width] : [height, width] }
}

/// Two convolutions, added to their input, with ReLU after the sum. The input goes through a convolution of size 1 first if the number of
/// channels or the stride requires it.
///
/// *Reference:* He et al., CVPR 2016.
public struct ResidualBlock {
    private let name: String
    private let channels: Int
    private let window: Window
    private let allowsWinograd: Bool

    /// - Parameters:
    ///   - name: of the block; its convolutions are `name.conv1`, `name.conv2` and `name.downsample.0`.
    ///   - channels: of the output.
    ///   - window: of the first convolution; that of the second has a stride of 1.
    ///   - allowsWinograd: see ``Convolution``.
    public init(name: String, channels: Int, window: Window, allowsWinograd: Bool = true) {
        self.name = name
        self.channels = channels
        self.window = window
        self.allowsWinograd = allowsWinograd
    }

    /// - Parameter input: the output of ``Graph/maxPooled(_:_:window:)`` or of another residual block: both of the block's
    ///   branches read it.
    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        precondition(
            input.normalization == nil && input.activation == .identity,
            "\(name) reads a map that another layer normalises or activates; put max-pooling before it")
        let first = convolution("conv1", "bn1", window, .relu)(graph, input)
        let second = convolution("conv2", "bn2", window.withStrideOne, .identity).record(graph, first)
        var shortcut = ResidualSum.Shortcut.identity(input.raw)
        if window.hasStride || input.channels != channels {
            let reduced = convolution("downsample.0", "downsample.1", window.onePixel, .identity).record(graph, input)
            shortcut = .normalized(reduced.output)
        }
        let sum = ResidualSum(graph, "\(name).add", second.output, shortcut)
        graph.record(sum)
        var output = second.feature(activation: .identity)
        (output.raw, output.normalization) = (sum.output, nil)
        return output
    }

    private func convolution(
        _ part: String, _ norm: String, _ window: Window, _ activation: Activation
    ) -> Convolution {
        Convolution(
            name: "\(name).\(part)", norm: "\(name).\(norm)", channels: channels, window: window,
            activation: activation,
            allowsWinograd: allowsWinograd)
    }
}

extension Graph {
    /// The largest value of each channel within a window that moves over the map.
    public func maxPooled(_ name: String, _ input: Feature, window: Window) -> Feature {
        let pooling = MaxPooling(self, name, input, window: window)
        record(pooling)
        return pooling.output
    }
}
