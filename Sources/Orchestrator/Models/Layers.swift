import OssicleGraph
import OssicleKernels

/// Layers are structs of configuration: calling one records its leaves and returns what the next layer reads.

/// 3×3 stride-2 convolution of the input, batch norm and swish to follow.
struct Stem {
    let name: String
    let channels: Int

    func callAsFunction(_ graph: Graph, _ input: Value) -> Feature {
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

/// 1×1 convolution, batch norm, and an activation to be applied by the reader.
struct Pointwise {
    let name: String
    let channels: Int
    let activation: Activation

    func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
        record(graph, input).feature
    }

    /// Also returns the leaf, for the end of a block.
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

/// k×k depthwise convolution, batch norm and swish to follow.
struct Depthwise {
    let name: String
    let kernel: Int
    let stride: Stride

    func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
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

/// y = W·x + b, or without b, over (rows, inputs).
struct Dense {
    let name: String
    let outputs: Int
    let initializer: Initializer
    var hasBias = true

    func callAsFunction(_ graph: Graph, _ input: Value) -> Value {
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
