/// EfficientNet-B0 for spectrograms, without its pooling: (views, time, mel, 1) → (views, time/32, mel/32, 1280).
///
/// The map is padded by k/2 on every side; names and shapes are torchvision's `efficientnet_b0` with one input channel.
/// 4.007 M parameters. With a time stride of 16 or 8 the last strides are taken in mel only.
///
/// *Reference:* Tan, Le, "EfficientNet", ICML 2019, table 1; Saeed et al., ICASSP 2021, §3.
struct EfficientNetB0 {
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

    /// Drop probability of the last block; block b of 16 has b/16 of it.
    let dropConnect: Float

    /// Input frames of one frame of the map: 32, 16 or 8.
    var timeStride = 32

    /// - Parameter input: (views, time, mel, 1).
    func callAsFunction(_ graph: Graph, _ input: Value) -> Feature { late(graph, early(graph, input)) }

    /// The first convolution and the stages with the large maps: a cache holds those of one view.
    func early(_ graph: Graph, _ input: Value) -> Feature {
        stages(0..<Self.earlyStages, graph, Stem(name: "features.0", channels: 32)(graph, input))
    }

    /// The rest, whose weights are larger than their maps.
    func late(_ graph: Graph, _ input: Feature) -> Feature {
        let map = stages(Self.earlyStages..<Self.stages.count, graph, input)
        return Pointwise(name: "features.8", channels: Self.dimension, activation: .swish)(graph, map)
    }

    private static let earlyStages = 3

    /// Of each stage's first block.
    private var strides: [Stride] {
        var frames = 2  // of the input, in one frame of the map
        return Self.stages.map { stage in
            let stride = Stride(height: frames < timeStride ? stage.stride : 1, width: stage.stride)
            frames *= stride.height
            return stride
        }
    }

    private func stages(_ range: Range<Int>, _ graph: Graph, _ input: Feature) -> Feature {
        let blocks = Self.stages.map(\.repeats).reduce(0, +)
        var feature = input
        var index = Self.stages[..<range.lowerBound].map(\.repeats).reduce(0, +)
        for number in range {
            let stage = Self.stages[number]
            for repetition in 0..<stage.repeats {
                let block = MobileBlock(
                    name: "features.\(number + 1).\(repetition).block", expansion: stage.expansion,
                    channels: stage.channels, stride: repetition == 0 ? strides[number] : .one, kernel: stage.kernel,
                    dropProbability: dropConnect * Float(index) / Float(blocks), index: index)
                feature = block(graph, feature)
                index += 1
            }
        }
        return feature
    }
}

/// MBConv: expand 1×1 → depthwise k×k → squeeze-excite → project 1×1 → add. One that does not expand reads the stem.
struct MobileBlock {
    let name: String
    let expansion: Int
    let channels: Int
    let stride: Stride
    let kernel: Int
    let dropProbability: Float
    let index: Int

    func callAsFunction(_ graph: Graph, _ input: Feature) -> Feature {
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
