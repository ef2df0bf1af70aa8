import Orchestrator
import Testing

@testable import OssicleModels

/// Tests of encoders with different methods. Every encoder works with every method if the front end fits the encoder.
@Suite(.serialized) struct EncoderTests {
    private static func recipe(
        _ method: MethodName, _ encoder: EncoderName, _ frontend: FrontEndConfiguration.Name
    ) -> Recipe {
        var recipe = Recipe()
        recipe.method = method
        recipe.encoder.name = encoder
        recipe.frontend.name = frontend
        recipe.frontend.melBands = 32
        recipe.data.viewFrames = recipe.encoderTraits.input == .waveform ? 2048 : 64
        recipe.encoder.output = method == .multiStrategy ? .frames : .clip
        (recipe.encoder.frameWidth, recipe.head.projection, recipe.head.hidden) = (32, 16, 24)
        recipe[Supervised.Options.self].trunk = true
        return recipe
    }

    /// Every encoder with a method of another paper, and every method at least once.
    static let cases: [(MethodName, EncoderName, FrontEndConfiguration.Name)] = [
        (.clar, .efficientNetB0, .clar), (.multiStrategy, .resNet18, .logMel), (.supervised, .resNet18, .clarPaper),
        (.cola, .resNet18OfWaveforms, .waveform), (.multiStrategy, .resNet18OfWaveforms, .waveform),
    ]

    /// 45 frames and a stride of 32: two rows, 32 frames apart.
    @Test(arguments: [(3, 96, 32), (2, 45, 32), (2, 33, 32), (12, 96, 8), (1, 20, 32), (96, 96, 1)])
    func a_frame_map_knows_the_distance_of_its_rows(rows: Int, viewFrames: Int, stride: Int) {
        #expect(FrameMap(rows: rows, values: 4, viewFrames: viewFrames).stride == stride)
    }

    @Test(arguments: cases) func a_step_changes_every_weight_and_frames_agree_with_the_view(
        method: MethodName, encoder: EncoderName, frontend: FrontEndConfiguration.Name
    ) throws {
        let recipe = Self.recipe(method, encoder, frontend)
        try RecipeFile.check(recipe)
        let step = try TrainingStep(recipe: recipe, batch: 3, classes: recipe.usesLabels ? 2 : 0, threads: 2)
        #expect(step.viewValues == recipe.data.viewFrames * recipe.frontend.valuesPerFrame)
        var random = RandomStream(seed: 3, purpose: .test)
        let views = (0..<step.views * step.viewValues).map { _ in random.normal() }
        func values(_ parameter: Parameter) -> [Float] {
            let buffer = step.parameters.buffer(parameter)
            // The middle of a kernel is compared, because the corners of a kernel see only padding in a small map.
            let count = min(buffer.count, 1000)
            return buffer.slice((buffer.count - count) / 2, count).array
        }
        let before = step.parameters.all.map(values)
        let value = step.forward(
            views: views.span, labels: recipe.usesLabels ? [0, 1, 0] : [],
            ratios: recipe.viewsPerClip > 2 ? [0.9, 1, 1.1] : [], step: 0)
        #expect(value.loss.isFinite)
        step.backward(step: 0)
        step.update(step: 0, learningRate: 1e-3)
        for (parameter, old) in zip(step.parameters.all, before) {
            #expect(values(parameter) != old, "\(step.parameters.entry(parameter).name)")
        }

        let last = Embedding(recipe: recipe, kind: .last)
        let program = try EncoderProgram(
            recipe: recipe, parameters: step.parameters, embedding: last, batch: 2, threads: 1)
        let frames = try EncoderProgram(
            recipe: recipe, parameters: step.parameters, embedding: last, level: .frame, batch: 2, threads: 1)
        let rowsPerView = recipe.data.viewFrames / 32
        #expect(frames.frameMaps == [FrameMap(rows: rowsPerView, values: frames.dimension, stride: 32)])
        var embedding = [Float](repeating: 0, count: program.dimension)
        var rows = [Float](repeating: 0, count: frames.valuesPerView)
        var target = embedding.mutableSpan
        program.encode(views.span, count: 1, into: &target)
        var frameTarget = rows.mutableSpan
        frames.encode(views.span, count: 1, into: &frameTarget)
        // The embedding of the view is the mean of its frames, or their maximum with the default pooling of
        // EfficientNet.
        let isMaximum = encoder == .efficientNetB0 && method != .multiStrategy
        for i in embedding.indices {
            let column = (0..<rowsPerView).map { rows[$0 * frames.dimension + i] }
            let pooled = isMaximum ? column.max() ?? 0 : column.reduce(0, +) / Float(column.count)
            #expect(abs(embedding[i] - pooled) <= 1e-5 * max(1, abs(pooled)))
        }
    }

    @Test(arguments: 1...3) func early_layers_view_by_view_give_the_bits_of_a_whole_batch(threads: Int) throws {
        let recipe = Self.recipe(.cola, .efficientNetB0, .logMel)
        let (store, builder) = (ParameterStore(), ModelBuilder(recipe: recipe))
        let encoder = try EncoderProgram(
            recipe: recipe, parameters: store, embedding: Embedding(recipe: recipe, kind: .last), batch: 4,
            threads: threads)
        let graph = Graph(parameters: store, training: false)
        let input = builder.input(graph, views: 5)
        let output = builder.embedding(graph, builder.encoding(graph, .views(input)))
        graph.pin(output)
        let whole = try Program(graph, threads: 1)
        var random = RandomStream(seed: 4, purpose: .test)
        let views = (0..<5 * 64 * 32).map { _ in random.normal() }
        whole.buffer(input).copy(from: views)
        whole.forward()
        // Five views need two passes: one with four views and one with one view.
        var embeddings = [Float](repeating: 0, count: 5 * encoder.dimension)
        var target = embeddings.mutableSpan
        encoder.encode(views.span, count: 5, into: &target)
        #expect(embeddings == whole.buffer(output).array)
    }

    @Test func the_encoders_names_are_those_of_no_head() {
        for (_, encoder, frontend) in Self.cases {
            let names = ModelBuilder(recipe: Self.recipe(.clar, encoder, frontend), classes: 2).encoderNames()
            #expect(names.count >= 100)
            #expect(!names.contains { $0.hasPrefix("projection") || $0.hasPrefix("classifier") })
        }
    }
}
