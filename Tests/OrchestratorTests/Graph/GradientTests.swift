import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleModels

/// Compares the gradients of every operation with finite differences, in small programs that contain the operation. The
/// derivative of the loss along a random direction of one parameter is the dot product of its gradient with the
/// direction.
@Suite(.serialized) struct GradientTests {
    /// A program with its losses, whose input and parameters have random values.
    private struct Subject {
        let store: ParameterStore
        let program: Program
        let objectives: [any Objective]

        init(
            shape: [Int], seed: UInt64, _ body: (Graph, Value) -> [any Objective]
        ) throws {
            store = ParameterStore()
            let graph = Graph(parameters: store, training: true)
            let input = graph.pinnedValue(shape)
            objectives = body(graph, input)
            try store.allocate(seed: seed, training: true)
            program = try Program(graph, threads: 1)
            var random = RandomStream(seed: seed, purpose: .test)
            for objective in objectives {
                if let labels = (objective as? LabelCrossEntropy)?.labels {
                    let rows = program.buffer(labels)
                    // In CLAR, some rows have no label (−1).
                    for row in 0..<rows.count { rows.set(Int32(row % 4) - (objectives.count > 1 ? 1 : 0), at: row) }
                }
                if let ratios = (objective as? PitchRegression)?.ratios {
                    let rows = program.buffer(ratios)
                    for row in 0..<rows.count { rows[row] = random.uniform(0.8, 1.2) }
                }
            }
            program.buffer(input).copy(from: (0..<shape.reduce(1, *)).map { _ in random.normal() })
            // Scales different from 1 and shifts different from 0 detect an operation that ignores them.
            for parameter in store.all where store.entry(parameter).shape.count == 1 {
                let buffer = store.buffer(parameter)
                guard store.entry(parameter).isTrained else { continue }
                for i in 0..<buffer.count { buffer[i] += 0.2 * random.normal() }
            }
        }

        func loss() -> Double {
            program.forward(seed: 1, step: 0)
            return objectives.map { Double($0.weight) * $0.value.loss }.reduce(0, +)
        }

        /// Returns the largest error over all parameters, and the name of the parameter. The error is the difference
        /// between the derivative along a direction and its estimate, relative to the derivative.
        func worstError() -> (error: Double, name: String) {
            _ = loss()
            program.backward(seed: 1, step: 0)
            var worst = (error: 0.0, name: "none")
            for parameter in store.all where store.entry(parameter).isTrained {
                let (values, gradient) = (store.buffer(parameter), store.gradient(parameter).array)
                var random = RandomStream(seed: 9, purpose: .test, clip: parameter.index)
                // The direction contains the gradient, so that the derivative is large compared with the rounding of
                // the loss.
                let norm = gradient.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
                let direction = gradient.map {
                    (norm > 0 ? Double($0) / norm : 0) + 0.5 * Double(random.normal())
                        / Double(gradient.count).squareRoot()
                }
                let exact = zip(gradient, direction).map { Double($0) * $1 }.reduce(0, +)
                let saved = values.array
                // The maximum is not differentiable everywhere. If a step crosses such a point, only the estimate with
                // this step is wrong. If the gradient is wrong, all estimates disagree with it.
                let errors = [1.6e-2, 8e-3, 4e-3, 2e-3, 1e-3].map { step in
                    func shifted(_ sign: Double) -> Double {
                        values.copy(from: zip(saved, direction).map { Float(Double($0) + sign * step * $1) })
                        return loss()
                    }
                    // The error of the five-point difference is of fourth order.
                    let estimate =
                        (8 * (shifted(1) - shifted(-1)) - (shifted(2) - shifted(-2))) / (12 * step)
                    // A loss near 2 has a rounding error of at least 2⁻²³. Divided by the step, this is an absolute
                    // error of 1e-4.
                    return abs(estimate - exact) / (abs(exact) + 1e-2)
                }
                values.copy(from: saved)
                let error = errors.min() ?? .infinity
                if error > worst.error { worst = (error, store.entry(parameter).name) }
            }
            return worst
        }
    }

    private func recorded(_ graph: Graph, _ objective: any Objective) -> [any Objective] {
        graph.record(objective)
        return [objective]
    }

    /// Records max-pooling, a projection head and the bilinear loss after a feature map.
    private func contrast(_ graph: Graph, _ feature: Feature, width: Int = 6) -> [any Objective] {
        let pooling = Pooling(graph, "pool", feature, .max)
        graph.record(pooling)
        let projection = ProjectionHead(width: width, normalizes: true)(graph, pooling.output)
        return recorded(graph, BilinearContrast(graph, projection, batch: graph.shape(projection)[0] / 2))
    }

    /// Expects that the best of several draws of weights and data has an error of only a few times the rounding error.
    ///
    /// If two values of a maximum are almost equal, the loss is not differentiable near this point, and the estimate of
    /// this draw is wrong. A wrong gradient is wrong for all draws.
    private func expectExact(
        _ shape: [Int], draws: UInt64 = 4, _ body: (Graph, Value) -> [any Objective]
    ) throws {
        let results = try (5..<5 + draws).map { try Subject(shape: shape, seed: $0, body).worstError() }
        let best = results.min { $0.error < $1.error } ?? (.infinity, "none")
        #expect(best.error < 3e-3, "\(best.name)")
    }

    @Test func stem_batch_norm_max_pooling_dense_layer_norm_and_bilinear_loss() throws {
        try expectExact([8, 9, 6, 1]) { graph, input in
            contrast(graph, Stem(name: "stem", channels: 5)(graph, input))
        }
    }

    @Test(arguments: [3, 5], [Stride(height: 1, width: 1), Stride(height: 2, width: 2), Stride(height: 1, width: 2)])
    func depthwise(kernel: Int, stride: Stride) throws {
        try expectExact([8, 12, 10, 1]) { graph, input in
            let stem = Stem(name: "stem", channels: 9)(graph, input)
            return contrast(graph, Depthwise(name: "depthwise", kernel: kernel, stride: stride)(graph, stem))
        }
    }

    @Test(arguments: [(1, 1, 7, 3), (6, 1, 8, 3), (6, 1, 8, 5), (6, 2, 10, 3)])
    func whole_block(expansion: Int, stride: Int, channels: Int, kernel: Int) throws {
        try expectExact([8, 12, 10, 1]) { graph, input in
            let stem = Stem(name: "stem", channels: 6)(graph, input)
            // The first block has no residual connection, so that its output is a raw map that the next block
            // normalizes while reading. The next block can also add this map to its own output.
            let first = MobileBlock(
                name: "first", expansion: 1, channels: 8, stride: .one, kernel: 3, dropProbability: 0, index: 0)
            let block = MobileBlock(
                name: "block", expansion: expansion, channels: channels, stride: Stride(height: stride, width: stride),
                kernel: kernel,
                dropProbability: 0.3, index: 1)
            let second = MobileBlock(
                name: "second", expansion: 2, channels: channels, stride: .one, kernel: 3, dropProbability: 0.3,
                index: 2)
            let map = second(graph, block(graph, expansion == 1 ? stem : first(graph, stem)))
            return contrast(graph, Pointwise(name: "last", channels: 12, activation: .swish)(graph, map))
        }
    }

    /// Reads out raw maps that the next layers also read and normalize, and in the last case only the last map.
    @Test(arguments: [[0, 1, 2], [1, 2], [0, 2], [2]]) func stages_read_by_a_classifier(read: [Int]) throws {
        try expectExact([8, 12, 10, 1]) { graph, input in
            let stem = Stem(name: "stem", channels: 6)(graph, input)
            func block(_ name: String, _ channels: Int, _ input: Feature, index: Int) -> Feature {
                MobileBlock(
                    name: name, expansion: index == 0 ? 1 : 2, channels: channels, stride: .one, kernel: 3,
                    dropProbability: 0, index: index)(graph, input)
            }
            let first = block("first", 8, stem, index: 0)
            let second = block("second", 10, first, index: 1)
            let last = Pointwise(name: "last", channels: 12, activation: .swish)(graph, second)
            let maps = read.map { [first, second, last][$0] }
            let readout = StageReadout(graph, "embedding", maps, bands: read.map { $0 == 1 ? 2 : 3 })
            graph.record(readout)
            let logits = Dense(name: "classifier", outputs: 4, initializer: .glorotUniform)(graph, readout.output)
            return recorded(graph, LabelCrossEntropy(graph, logits))
        }
    }

    /// Pools a map with normalization but without activation, as at the end of an encoder.
    @Test(arguments: PoolingKind.allCases) func pooling_of_a_block_that_adds_nothing(kind: PoolingKind) throws {
        try expectExact([8, 9, 6, 1]) { graph, input in
            let stem = Stem(name: "stem", channels: 5)(graph, input)
            let block = MobileBlock(name: "block", expansion: 1, channels: 7, stride: .one, kernel: 3)
            let h = graph.pooled("pool", block(graph, stem), kind)
            return recorded(graph, LabelCrossEntropy(graph, Dense(name: "classifier", outputs: 4)(graph, h)))
        }
    }

    @Test func cosine_loss_and_unit_length() throws {
        try expectExact([8, 9, 6, 1]) { graph, input in
            let pooling = Pooling(graph, "pool", Stem(name: "stem", channels: 5)(graph, input), .max)
            graph.record(pooling)
            let projection = ProjectionHead(width: 7, normalizes: false)(graph, pooling.output)
            let unit = L2Normalization(graph, "unit", projection)
            graph.record(unit)
            return recorded(graph, CosineContrast(graph, unit.output, batch: 4, temperature: 0.2))
        }
    }

    /// Two losses of one value, and a constant made from it, which adds nothing.
    @Test(arguments: [false, true]) func losses_of_one_value_add_up(isConstantFirst: Bool) throws {
        try expectExact([8, 9, 6, 1]) { graph, input in
            let h = graph.pooled("pool", Stem(name: "stem", channels: 5)(graph, input), .max)
            let unit = graph.unit("unit", ProjectionHead(width: 7, normalizes: false)(graph, h))
            if isConstantFirst { _ = graph.constant(unit) }
            let first = recorded(graph, CosineContrast(graph, unit, batch: 4, temperature: 0.2, weight: 0.7))
            let second = recorded(graph, NTXent(graph, unit, temperature: 0.3))
            let logits = Dense(name: "classifier", outputs: 4)(graph, h)
            let third = recorded(graph, LabelCrossEntropy(graph, logits))
            let fourth = recorded(graph, LabelCrossEntropy(graph, logits, weight: 0.5))
            if !isConstantFirst { _ = graph.constant(unit) }
            return first + second + third + fourth
        }
    }

    @Test func label_cross_entropy() throws {
        try expectExact([6, 9, 6, 1]) { graph, input in
            let pooling = Pooling(graph, "pool", Stem(name: "stem", channels: 5)(graph, input), .max)
            graph.record(pooling)
            let logits = Dense(name: "classifier", outputs: 4, initializer: .glorotUniform)(graph, pooling.output)
            return recorded(graph, LabelCrossEntropy(graph, logits))
        }
    }

    @Test(arguments: [0, 0.7]) func clar(labelWeight: Float) throws {
        var recipe = Recipe()
        recipe.method = .clar
        (recipe.head.projection, recipe.head.hidden) = (6, 9)
        (recipe.contrast.temperature, recipe[CLAR.Options.self].labelWeight) = (0.5, labelWeight)
        try expectExact([8, 9, 6, 1]) { graph, input in
            let pooling = Pooling(graph, "pool", Stem(name: "stem", channels: 5)(graph, input), .average)
            graph.record(pooling)
            return CLAR(recipe: recipe).record(graph, pooling.output, classes: 3).objectives
        }
    }

    /// A network with the first convolution, max-pooling, a block with an identity shortcut and a block that reduces
    /// the map, with and without Winograd convolutions.
    @Test(arguments: [false, true]) func residual_network_of_two_dimensions(allowsWinograd: Bool) throws {
        try expectExact([8, 24, 20, 1]) { graph, input in
            let encoder = ResNet18(dimensions: .two, allowsWinograd: allowsWinograd, channels: [6, 9])
            return contrast(graph, encoder(graph, input))
        }
    }

    /// The network has so many ReLUs that in most draws one of them is close to its non-differentiable point. Therefore
    /// the best of twelve draws is used.
    @Test(arguments: [false, true]) func residual_network_of_one_dimension(allowsWinograd: Bool) throws {
        try expectExact([8, 1, 61, 1], draws: 12) { graph, input in
            let encoder = ResNet18(dimensions: .one, allowsWinograd: allowsWinograd, channels: [6, 9])
            return contrast(graph, encoder(graph, input))
        }
    }

    /// All heads and losses of multi-strategy pretraining over the frames of a small map. Every loss that reads the
    /// frames, and both losses that read W, must add their gradients to those of the others.
    @Test(arguments: [ContrastOptions.Similarity.bilinear, .cosine], FramePairs.allCases)
    func multi_strategy(similarity: ContrastOptions.Similarity, pairs: FramePairs) throws {
        var recipe = Recipe()
        recipe.method = .multiStrategy
        recipe.head.projection = 6
        recipe.contrast.similarity = similarity
        recipe.contrast.temperature = 0.5
        recipe[MultiStrategy.Options.self].framePairs = pairs
        recipe[MultiStrategy.Options.self].frameMargin = pairs == .both ? 1 : 0
        var options = recipe[MultiStrategy.Options.self]
        (options.clipWeight, options.frameWeight, options.pitchWeight) = (0.5, 0.7, 1.5)
        recipe[MultiStrategy.Options.self] = options
        for pooling in PoolingKind.allCases {
            recipe.encoder.melPooling = pooling
            recipe.encoder.framePooling = pooling
            try expectExact([6, 9, 6, 1]) { graph, input in
                let map = Stem(name: "stem", channels: 5)(graph, input)
                let frames = Pooling(graph, "pool.mel", map.framesAsImages, pooling)
                graph.record(frames)
                let h = Dense(name: "frames", outputs: 7, initializer: .glorotUniform)(graph, frames.output)
                let feature = Feature(raw: h, images: 6, height: map.height, width: 1, channels: 7)
                return MultiStrategy(recipe: recipe).record(graph, feature, batch: 2).objectives
            }
        }
    }

    /// Each loss of multi-strategy pretraining alone. No operation may read a gradient that no operation has written.
    @Test(arguments: 0..<3) func one_loss_of_multi_strategy(which: Int) throws {
        var recipe = Recipe()
        recipe.method = .multiStrategy
        recipe.head.projection = 6
        recipe[MultiStrategy.Options.self].clipWeight = which == 0 ? 1 : 0
        recipe[MultiStrategy.Options.self].frameWeight = which == 1 ? 1 : 0
        recipe[MultiStrategy.Options.self].pitchWeight = which == 2 ? 1 : 0
        try expectExact([6, 9, 6, 1]) { graph, input in
            let map = Stem(name: "stem", channels: 5)(graph, input)
            let frames = Pooling(graph, "pool.mel", map.framesAsImages, .average)
            graph.record(frames)
            let h = Dense(name: "frames", outputs: 7, initializer: .glorotUniform)(graph, frames.output)
            let feature = Feature(raw: h, images: 6, height: map.height, width: 1, channels: 7)
            return MultiStrategy(recipe: recipe).record(graph, feature, batch: recipe.viewsPerClip == 3 ? 2 : 3)
                .objectives
        }
    }

    @Test(arguments: [16, 8]) func an_encoder_with_a_shorter_time_stride_has_more_frames(timeStride: Int) throws {
        let graph = Graph(parameters: ParameterStore(), training: true)
        let map = EfficientNetB0(dropConnect: 0, timeStride: timeStride)(graph, graph.pinnedValue([1, 96, 64, 1]))
        #expect((map.height, map.width) == (96 / timeStride, 2))
    }
}
