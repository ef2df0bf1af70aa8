import OssicleGraph
import OssicleKernels

/// A dense convolution with batch norm and an activation. In files, the weights have the shape of PyTorch: (outputs,
/// inputs, height, width), or (outputs, inputs, width) for feature maps of height 1.
public struct Convolution {
    private let name: String
    private let norm: String
    private let channels: Int
    private let window: Window
    private let activation: Activation
    private let allowsWinograd: Bool

    /// - Parameters:
    ///   - name: the name of the convolution. Its weights are `name.weight`.
    ///   - norm: the name of the batch norm.
    ///   - channels: the number of channels of the output.
    ///   - window: the size, stride and padding of the window.
    ///   - activation: the activation that the reader of the output applies.
    ///   - allowsWinograd: whether the Winograd method may be used if the window is 3×3, or 9 wide, with stride 1. It
    ///     is faster, with errors of 2e-5 of the largest value.
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

    /// Records the layer.
    public func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        record(graph, input).feature(activation: activation)
    }

    /// Records the layer as the first layer of an encoder.
    /// - Parameter views: (views, height, width, channels). They get no gradient.
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
    /// The sizes of the window in the shape of the weights in files.
    fileprivate var taps: [Int] { isAcross ? [width] : [height, width] }
}

/// A residual block: two convolutions whose output is added to the input, followed by ReLU. If the number of channels
/// or the stride requires it, a convolution of size 1 is applied to the input before the sum.
///
/// *Reference:* He et al., CVPR 2016.
public struct ResidualBlock {
    private let name: String
    private let channels: Int
    private let window: Window
    private let allowsWinograd: Bool

    /// - Parameters:
    ///   - name: the name of the block. Its convolutions are `name.conv1`, `name.conv2` and `name.downsample.0`.
    ///   - channels: the number of channels of the output.
    ///   - window: the window of the first convolution. The second convolution has the same window with stride 1.
    ///   - allowsWinograd: see ``Convolution``.
    public init(name: String, channels: Int, window: Window, allowsWinograd: Bool = true) {
        self.name = name
        self.channels = channels
        self.window = window
        self.allowsWinograd = allowsWinograd
    }

    /// Records the block.
    /// - Parameter input: the output of ``Graph/maxPooled(_:_:window:)`` or of another residual block. It must be
    ///   stored without a pending normalization or activation, because both branches of the block read it.
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
    /// Max-pooling: the maximum of each channel within a window that moves over the feature map.
    public func maxPooled(_ name: String, _ input: Feature, window: Window) -> Feature {
        let pooling = MaxPooling(self, name, input, window: window)
        record(pooling)
        return pooling.output
    }
}
