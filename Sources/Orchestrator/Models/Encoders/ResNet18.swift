import OssicleGraph
import OssicleKernels

/// ResNet-18 without its last pooling, in two dimensions for spectra (views, time, frequency, channels), or in one
/// dimension for waveforms (views, 1, samples, channels).
///
/// | | two dimensions | one dimension |
/// | --- | --- | --- |
/// | first convolution | 7×7, stride 2 | 7, stride 2 |
/// | max-pooling | 3×3, stride 2, padding 1 | 9, stride 2, padding 1 |
/// | four stages of two blocks: 64, 128, 256, 512 channels | 3×3 | 9 |
///
/// The names and shapes of the parameters are those of torchvision's `resnet18` (without `fc`). There are 11.18 million
/// parameters with three input channels, and 11.17 million with one.
///
/// *Reference:* He et al., CVPR 2016; Al-Tahan, Mohsenzadeh, AISTATS 2021.
public struct ResNet18: Sendable {
    enum Dimensions: Sendable {
        case one
        case two
    }

    static let dimension = 512

    let dimensions: Dimensions
    /// Whether convolutions with stride 1 may use the Winograd method. It is faster, with errors of 2e-5 of the largest
    /// value.
    var allowsWinograd = true
    /// The numbers of channels of the stages. Tests use smaller numbers.
    var channels = [64, 128, 256, 512]

    /// - Parameter input: the views, (views, height, width, channels), which get no gradient.
    func callAsFunction(_ graph: Graph, _ input: Value) -> Feature {
        maps(graph, input, through: channels.count)[channels.count].feature
    }

    /// The names of the feature maps, as in torchvision: the output of the first pooling, then those of the four
    /// stages.
    static let mapNames = ["maxpool", "layer1", "layer2", "layer3", "layer4"]

    /// Records the layers up to feature map number `last`, and returns the feature maps in order.
    func maps(_ graph: Graph, _ input: Value, through last: Int) -> [EncoderMap] {
        let stem = Convolution(
            name: "conv1", norm: "bn1", channels: channels[0], window: window(7, stride: 2), activation: .relu,
            allowsWinograd: allowsWinograd)
        let pool = dimensions == .two ? Window(3, stride: 2) : Window(across: 9, stride: 2, padding: 1)
        var feature = graph.maxPooled("maxpool", stem(graph, views: input), window: pool)
        var maps = [EncoderMap(name: Self.mapNames[0], feature: feature)]
        for (stage, channels) in channels.enumerated().prefix(last) {
            for block in 0..<2 {
                let block = ResidualBlock(
                    name: "layer\(stage + 1).\(block)", channels: channels,
                    window: window(dimensions == .two ? 3 : 9, stride: stage > 0 && block == 0 ? 2 : 1),
                    allowsWinograd: allowsWinograd)
                feature = block(graph, feature)
            }
            maps.append(EncoderMap(name: Self.mapNames[stage + 1], feature: feature))
        }
        return maps
    }

    private func window(_ size: Int, stride: Int) -> Window {
        dimensions == .two ? Window(size, stride: stride) : Window(across: size, stride: stride, padding: size / 2)
    }
}
