import OssicleGraph
import OssicleKernels

/// ResNet-18 without its pooling, in two dimensions over (views, time, frequency, channels), or in one over waveforms
/// (views, 1, samples, channels).
///
/// | | two dimensions | one dimension |
/// | --- | --- | --- |
/// | first convolution | 7×7, stride 2 | 7, stride 2 |
/// | max-pooling | 3×3, stride 2, padding 1 | 9, stride 2, padding 1 |
/// | four stages of two blocks: 64, 128, 256, 512 channels | 3×3 | 9 |
///
/// Names and shapes are torchvision's `resnet18` (without `fc`); 11.18 M and 11.17 M parameters with three and one
/// input channels. *Reference:* He et al., CVPR 2016; Al-Tahan, Mohsenzadeh, AISTATS 2021.
public struct ResNet18: Sendable {
    enum Dimensions: Sendable {
        case one
        case two
    }

    static let dimension = 512

    let dimensions: Dimensions
    /// Winograd's convolution where a window has stride 1: faster, with errors of 2e-5 of the largest value.
    var allowsWinograd = true
    /// Of the stages; tests have narrower ones.
    var channels = [64, 128, 256, 512]

    /// - Parameter input: data; (views, height, width, channels).
    func callAsFunction(_ graph: Graph, _ input: Value) -> Feature {
        maps(graph, input, through: channels.count)[channels.count].feature
    }

    /// The maps in torchvision's names: what is behind the first pooling, and the four stages'.
    static let mapNames = ["maxpool", "layer1", "layer2", "layer3", "layer4"]

    /// The maps up to number `last`.
    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        let shape = graph.shape(input)
        let data = Feature(raw: input, images: shape[0], height: shape[1], width: shape[2], channels: shape[3])
        let stem = convolution("conv1", "bn1", stride: 2, size: 7)
            .record(graph, data, outputs: channels[0], isFirst: true)
        let window = dimensions == .two ? Window(3, stride: 2) : Window(across: 9, stride: 2, padding: 1)
        let pooling = MaxPooling(graph, "maxpool", stem.feature(activation: .relu), window: window)
        graph.record(pooling)
        var feature = pooling.output
        var maps = [EncoderMap(name: Self.mapNames[0], feature: feature)]
        for (stage, channels) in channels.enumerated().prefix(last) {
            for block in 0..<2 {
                feature = self.block(
                    graph, feature, name: "layer\(stage + 1).\(block)", channels: channels,
                    stride: stage > 0 && block == 0 ? 2 : 1)
            }
            maps.append(EncoderMap(name: Self.mapNames[stage + 1], feature: feature))
        }
        return maps
    }

    private func block(_ graph: Graph, _ input: Feature, name: String, channels: Int, stride: Int) -> Feature {
        let size = dimensions == .two ? 3 : 9
        let first = convolution("\(name).conv1", "\(name).bn1", stride: stride, size: size)
            .record(graph, input, outputs: channels)
        let second = convolution("\(name).conv2", "\(name).bn2", stride: 1, size: size)
            .record(graph, first.feature(activation: .relu), outputs: channels)
        var shortcut = ResidualSum.Shortcut.identity(input.raw)
        if stride > 1 || input.channels != channels {
            let reduced = convolution(
                "\(name).downsample.0", "\(name).downsample.1", stride: stride, size: 1
            ).record(graph, input, outputs: channels)
            shortcut = .normalized(reduced.output)
        }
        let sum = ResidualSum(graph, "\(name).add", second.output, shortcut)
        graph.record(sum)
        var output = second.feature(activation: .identity)
        (output.raw, output.normalization) = (sum.output, nil)
        return output
    }

    /// Padded by half of its size.
    private func convolution(_ name: String, _ norm: String, stride: Int, size: Int) -> NormalizedConvolution {
        let window =
            dimensions == .two
            ? Window(size, stride: stride) : Window(across: size, stride: stride, padding: size / 2)
        return NormalizedConvolution(
            name: name, norm: norm, window: window, isOneDimensional: dimensions == .one,
            allowsWinograd: allowsWinograd)
    }
}

/// A dense convolution and the batch norm behind it.
private struct NormalizedConvolution {
    let name: String
    let norm: String
    let window: Window
    /// The weights' shape in files: (outputs, inputs, size), without the height of 1.
    let isOneDimensional: Bool
    let allowsWinograd: Bool

    func record(_ graph: Graph, _ input: Feature, outputs: Int, isFirst: Bool = false)
        -> WindowConvolution<ConvolutionKernel>
    {
        let taps = isOneDimensional ? [window.width] : [window.height, window.width]
        let weights = graph.parameter(
            name + ".weight", [outputs, input.channels] + taps,
            .varianceScaling(scale: 2, fanOut: outputs * window.height * window.width), layout: .kernelFirst)
        let convolution = WindowConvolution(
            graph, name, input, outputs: outputs, weights: weights,
            kernel: ConvolutionKernel(
                images: input.images, height: input.height, width: input.width, channels: input.channels,
                outputs: outputs, window: window, allowsWinograd: allowsWinograd),
            isFirst: isFirst)
        graph.record(convolution)
        graph.record(
            BatchNormalization(
                graph, norm, convolution.output, rows: convolution.feature(activation: .identity).rows, epsilon: 1e-5))
        return convolution
    }
}
