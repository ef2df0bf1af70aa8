import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleModels
@testable import OssicleTraining

/// Compares EfficientNet-B0, its head, loss, all gradients and ten Adam steps with PyTorch in double precision.
///
/// The tolerances are measured: the fixture contains the float32 error of PyTorch for every tensor, and our error must
/// have the same order of magnitude.
@Suite(.serialized) struct GoldenParityTests {
    /// The allowed ratio of our error to the float32 error of PyTorch. Both programs add in different orders, so that
    /// their rounding errors are two samples of the same distribution.
    private static let factor = 8.0

    private let golden: GoldenValues
    init() throws { golden = try GoldenValues.load() }

    /// Converts a parameter name of the reference to our name. Only the names of the head differ.
    private static func name(_ reference: String) -> String {
        switch reference {
        case "bilinear": "similarity.weight"
        case let name where name.hasPrefix("projection."): name.replacing("projection.", with: "projection.dense.")
        case let name where name.hasPrefix("norm."): name.replacing("norm.", with: "projection.norm.")
        default: reference
        }
    }

    private func recipe() -> Recipe {
        var recipe = Recipe()
        recipe[EfficientNetB0.Options.self].dropConnect = 0
        return recipe
    }

    private func step(_ batch: GoldenValues.Batch, threads: Int = 2) throws -> TrainingStep {
        let step = try TrainingStep(recipe: recipe(), batch: batch.clips, threads: threads)
        try fill(step.parameters)
        return step
    }

    private func fill(_ store: ParameterStore) throws {
        for (number, parameter) in golden.parameters.enumerated() {
            guard let ours = store.named(Self.name(parameter.name)) else { continue }
            let entry = store.entry(ours)
            #expect(entry.shape == parameter.shape, "\(parameter.name)")
            let values = hashedValues(
                parameter: number, count: parameter.count, scale: parameter.scale, offset: parameter.offset)
            store.buffer(ours).copy(from: entry.layout.toMemory(values, shape: entry.shape))
        }
    }

    @Test(arguments: [0, 1])
    func first_step_has_pytorchs_logits_gradients_and_running_averages(number: Int) throws {
        let batch = golden.batches[number]
        let step = try step(batch)
        let views = batch.views
        // In a late step the running averages keep 0.99 of their value. In the reference they do so from the start.
        let value = step.forward(views: views.span, step: 1000)
        #expect(abs(value.loss - batch.losses[0]) <= allowedError(batch, at: 0))
        step.backward(step: 1000)
        let store = step.parameters
        for summary in batch.gradients {
            let parameter = try #require(store.named(Self.name(summary.name)), "\(summary.name)")
            let entry = store.entry(parameter)
            let gradient = entry.layout.toFile(store.gradient(parameter).array, shape: entry.shape)
            summary.expectClose(gradient, factor: Self.factor)
        }
        for summary in batch.running {
            let parameter = try #require(store.named(Self.name(summary.name)), "\(summary.name)")
            summary.expectClose(store.buffer(parameter).array, factor: Self.factor)
        }
        let h = step.embeddings(step.views)
        if let summary = batch.layers.first(where: { $0.name == "h" }) {
            summary.expectClose(h, factor: Self.factor)
        }
    }

    /// Compares the outputs of the blocks with a residual connection. The outputs of the other layers are not stored in
    /// normalized form.
    @Test(arguments: [0, 1])
    func residual_blocks_have_pytorchs_outputs(number: Int) throws {
        let batch = golden.batches[number]
        let step = try step(batch)
        let views = batch.views
        _ = step.forward(views: views.span, step: 1000)
        var compared = 0
        // An output is compared at once, because later operations may use its memory.
        step.program.forward(step: 1000) { operation in
            guard let sum = operation as? NormalizeAdd else { return }
            let name = sum.name.replacing(".block.add", with: "")
            guard let summary = batch.layers.first(where: { $0.name == name }) else {
                Issue.record("the fixture has no layer \(name)")
                return
            }
            summary.expectClose(
                step.program.buffer(sum.output).array, at: summary.channelsLastIndices, factor: Self.factor)
            compared += 1
        }
        // The stages of EfficientNet-B0 have 1, 2, 2, 3, 3, 4 and 1 blocks. All but the first of a stage have a residual
        // connection.
        #expect(compared == 9)
    }

    @Test(arguments: [0, 1])
    func ten_adam_steps_follow_pytorch(number: Int) throws {
        let batch = golden.batches[number]
        let step = try step(batch)
        let views = batch.views
        for (index, expected) in batch.losses.enumerated() {
            let value = step.forward(views: views.span, step: index)
            let error = abs(value.loss - expected)
            #expect(error <= allowedError(batch, at: index), "step \(index + 1): \(value.loss), not \(expected)")
            step.backward(step: index)
            guard index < batch.losses.count - 1 else { break }
            step.update(step: index, learningRate: golden.learningRate)
        }
        for summary in batch.weights {
            let parameter = try #require(step.parameters.named(Self.name(summary.name)), "\(summary.name)")
            let entry = step.parameters.entry(parameter)
            let weights = entry.layout.toFile(step.parameters.buffer(parameter).array, shape: entry.shape)
            summary.expectClose(weights, factor: Self.factor)
        }
    }

    @Test(arguments: [0, 1])
    func inference_mode_has_pytorchs_embeddings(number: Int) throws {
        let batch = golden.batches[number]
        let h = try embeddings(batch, Embedding(recipe: recipe(), kind: .last))
        for summary in batch.inference {
            summary.expectClose(h, factor: Self.factor)
        }
    }

    @Test(arguments: [0, 1])
    func the_stages_are_pytorchs(number: Int) throws {
        struct File: Decodable { var stages: [GoldenValues.Summary] }
        let file: File = try decodeFixture("stages_reference.json")
        let vectors = try embeddings(golden.batches[number], Embedding(recipe: recipe()))
        #expect(vectors.count == file.stages[number].count)
        file.stages[number].expectClose(vectors, factor: Self.factor)
    }

    /// Returns the embeddings of the views of a batch, with hashed weights and running averages.
    private func embeddings(_ batch: GoldenValues.Batch, _ embedding: Embedding) throws -> [Float] {
        let store = ParameterStore()
        let program = try EncoderProgram(
            recipe: recipe(), parameters: store, embedding: embedding, batch: 3, threads: 2)
        try fill(store)
        for (index, summary) in batch.running.enumerated() {
            // The program does not contain the layers after the last map that is read.
            guard let parameter = store.named(Self.name(summary.name)) else { continue }
            store.buffer(parameter).copy(
                from: GoldenValues.runningAverage(
                    index, isMean: summary.name.hasSuffix("running_mean"), count: summary.count))
        }
        var h = [Float](repeating: 0, count: 2 * batch.clips * program.dimension)
        var span = h.mutableSpan
        program.encode(batch.views.span, count: 2 * batch.clips, into: &span)
        return h
    }

    /// Returns the allowed error of a loss, which is `factor` times the largest float32 error of PyTorch in the ten
    /// steps.
    ///
    /// Adam's first update has the size of the learning rate for every weight, even if the gradient is only rounding
    /// noise with a random sign. Therefore it is also random in which step the error becomes visible.
    private func allowedError(_ batch: GoldenValues.Batch, at index: Int) -> Double {
        let errors = zip(batch.losses, batch.losses32).prefix(index == 0 ? 1 : batch.losses.count).map { abs($0 - $1) }
        return Self.factor * max(errors.max() ?? 0, 1e-6 * batch.losses[index])
    }
}
