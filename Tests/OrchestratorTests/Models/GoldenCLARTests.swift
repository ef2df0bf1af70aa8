import Orchestrator
import Testing

@testable import OssicleGraph
@testable import OssicleModels

/// Compares ResNet-18 in two and in one dimension, CLAR's heads and losses, all gradients and ten steps of LARS with
/// PyTorch in double precision.
@Suite(.serialized) struct GoldenCLARTests {
    /// The allowed ratio of our error to the float32 error of PyTorch. Both programs add in different orders, so that
    /// their rounding errors are two samples of the same distribution.
    private static let factor = 8.0

    private let golden: GoldenCLAR
    init() throws { golden = try GoldenCLAR.loaded.get() }

    private func recipe(_ model: GoldenCLAR.Model, winograd: Bool) -> Recipe {
        var recipe = Recipe()
        recipe.method = .clar
        let isWaveform = model.name == "resnet18-1d"
        recipe.encoder.name = isWaveform ? .resNet18OfWaveforms : .resNet18
        recipe[ResNet18.Options.self].winograd = winograd
        recipe.frontend.name = isWaveform ? .waveform : .clar
        // PyTorch's input has the shape (views, channels, frames, bands) or (views, channels, samples).
        recipe.data.viewFrames = model.input[2]
        recipe.frontend.melBands = isWaveform ? 1 : model.input[3]
        (recipe.head.hidden, recipe.head.projection) = (64, 32)
        recipe.contrast.temperature = 0.5
        recipe.optimizer.name = .lars
        recipe.optimizer.momentum = golden.momentum
        recipe.optimizer.weightDecay = golden.decay
        recipe.optimizer.trust = golden.trust
        return recipe
    }

    private func fill(_ store: ParameterStore, _ model: GoldenCLAR.Model) {
        for (parameter, values) in zip(model.parameters, GoldenCLAR.weights[model.name] ?? []) {
            guard let ours = store.named(parameter.name) else { continue }
            let entry = store.entry(ours)
            #expect(entry.shape == parameter.shape, "\(parameter.name)")
            store.buffer(ours).copy(from: entry.layout.toMemory(values, shape: entry.shape))
        }
    }

    private func step(_ model: GoldenCLAR.Model, winograd: Bool = false) throws -> TrainingStep {
        let step = try TrainingStep(
            recipe: recipe(model, winograd: winograd), batch: model.labels.count,
            classes: 1 + Int(model.labels.max() ?? 0), threads: 2)
        fill(step.parameters, model)
        let ours = Set(step.parameters.all.map { step.parameters.entry($0) }.filter(\.isTrained).map(\.name))
        #expect(ours == Set(model.parameters.map(\.name)))
        return step
    }

    @Test(arguments: ["resnet18-2d", "resnet18-1d"])
    func losses_gradients_and_ten_steps_are_pytorchs(name: String) throws {
        let model = try golden.model(name)
        let (step, views) = (try step(model), model.views)
        // In a late step the running averages keep 0.99 of their value. In the reference they do so from the start.
        let loss = step.forward(views: views.span, labels: model.labels, step: 1000).loss
        #expect(abs(loss - model.losses[0]) <= allowedError(model, steps: 1))
        let terms = try #require(step.terms)
        for (term, expected) in zip(["clip", "label"], model.terms) {
            #expect(abs((terms[term] ?? 0) - expected) <= allowedError(model, steps: 1), "\(term)")
        }
        step.backward(step: 1000)
        let store = step.parameters
        for summary in model.gradients {
            let parameter = try #require(store.named(summary.name), "\(summary.name)")
            let entry = store.entry(parameter)
            summary.expectClose(
                entry.layout.toFile(store.gradient(parameter).array, shape: entry.shape), factor: Self.factor)
        }
        for summary in model.running {
            let parameter = try #require(store.named(summary.name), "\(summary.name)")
            summary.expectClose(store.buffer(parameter).array, factor: Self.factor)
        }

        step.update(step: 0, learningRate: golden.learningRate)
        let chance = try chance(model)
        try follow(model, step, views, allowed: chance.loss)
        // In ten steps, rounding changes the sign of some input of a ReLU, which changes the gradient of this step by
        // 1e-3 or more. The weights of PyTorch in float32 differ by up to 1.3 % of their change in ten steps. If the
        // step lacked an operation, the difference would be much larger.
        let allowed = max(0.01, 4 * (model.weights.map(\.shareOfWay32).max() ?? 0), 4 * chance.share)
        for summary in model.weights {
            let parameter = try #require(store.named(summary.name), "\(summary.name)")
            let entry = store.entry(parameter)
            let share = summary.shareOfWay(entry.layout.toFile(store.buffer(parameter).array, shape: entry.shape))
            #expect(share < allowed, "\(summary.name): \(share) of the way")
        }
    }

    /// Winograd convolutions have a larger rounding error, which sometimes changes the sign of an input of a ReLU. The
    /// test measures the effect of such an error in ten steps. It uses direct convolutions whose weights are changed by
    /// a relative error of the same size.
    @Test(arguments: ["resnet18-2d", "resnet18-1d"])
    func with_winograds_convolutions_the_losses_follow_too(name: String) throws {
        let model = try golden.model(name)
        let errors = try (0..<2).map { draw in
            let changed = try step(model, winograd: false)
            var random = RandomStream(seed: UInt64(draw), purpose: .test)
            for parameter in changed.parameters.all where changed.parameters.entry(parameter).shape.count > 2 {
                let buffer = changed.parameters.buffer(parameter)
                for i in 0..<buffer.count { buffer[i] *= 1 + 2e-5 * random.normal() }
            }
            return try losses(model, changed).map { abs($0.loss - $0.expected) / $0.expected }.max() ?? 0
        }
        let allowed = max(1e-3, 4 * (errors.max() ?? 0))
        for (index, pair) in try losses(model, step(model, winograd: true)).enumerated() {
            let error = abs(pair.loss - pair.expected) / pair.expected
            #expect(error <= (index == 0 ? 1e-5 : allowed), "step \(index + 1): \(error), allowed \(allowed)")
        }
    }

    /// Runs all steps and returns for each of them our loss and the loss of PyTorch.
    private func losses(_ model: GoldenCLAR.Model, _ step: TrainingStep) throws -> [(loss: Double, expected: Double)] {
        model.losses.enumerated().map { index, expected in
            let loss = step.forward(views: model.views.span, labels: model.labels, step: index).loss
            step.backward(step: index)
            step.update(step: index, learningRate: golden.learningRate)
            return (loss, expected)
        }
    }

    /// Runs the steps after the first and expects losses whose errors are similar to those of PyTorch in float32.
    private func follow(
        _ model: GoldenCLAR.Model, _ step: TrainingStep, _ views: [Float], allowed chance: Double
    ) throws {
        for (index, expected) in model.losses.enumerated().dropFirst() {
            let loss = step.forward(views: views.span, labels: model.labels, step: index).loss
            let allowed = max(allowedError(model, steps: model.losses.count), 4 * chance)
            #expect(abs(loss - expected) <= allowed, "step \(index + 1): \(loss), not \(expected)")
            guard index < model.losses.count - 1 else { break }
            step.backward(step: index)
            step.update(step: index, learningRate: golden.learningRate)
        }
    }

    /// Measures the effect of one rounding of the weights in ten steps.
    ///
    /// The steps are run with the exact weights, and twice with weights that have a random relative error of 2⁻²⁴. It
    /// depends on the processor which inputs of a ReLU change their sign, and when.
    /// - Returns: the largest difference of a loss, and the largest difference of the weights of a tensor, as a share
    ///   of their change in the ten steps.
    private func chance(_ model: GoldenCLAR.Model) throws -> (loss: Double, share: Double) {
        func run(_ draw: UInt64?) throws -> (losses: [Double], weights: [[Float]]) {
            let step = try step(model)
            if let draw {
                var random = RandomStream(seed: draw, purpose: .test)
                for parameter in step.parameters.all where step.parameters.entry(parameter).isTrained {
                    let buffer = step.parameters.buffer(parameter)
                    for i in 0..<buffer.count { buffer[i] *= 1 + 0x1p-24 * random.normal() }
                }
            }
            let losses = try losses(model, step).map(\.loss)
            let weights = try model.weights.map { summary in
                step.parameters.buffer(try #require(step.parameters.named(summary.name))).array
            }
            return (losses, weights)
        }
        let exact = try run(nil)
        var (loss, share) = (0.0, 0.0)
        for draw in 0..<UInt64(2) {
            let changed = try run(draw)
            loss = zip(exact.losses, changed.losses).reduce(loss) { max($0, abs($1.0 - $1.1)) }
            for (summary, pair) in zip(model.weights, zip(exact.weights, changed.weights)) {
                share = max(share, summary.shareOfWay(from: pair.0, to: pair.1))
            }
        }
        return (loss, share)
    }

    /// Returns the allowed error of a loss, which is `factor` times the largest float32 error of PyTorch in the first
    /// `steps` steps. The largest error is used because the step in which rounding has an effect is random.
    private func allowedError(_ model: GoldenCLAR.Model, steps: Int) -> Double {
        let errors = zip(model.losses, model.losses32).prefix(steps).map { abs($0 - $1) }
        return Self.factor * max(errors.max() ?? 0, 1e-6 * model.losses[0])
    }

    @Test(arguments: ["resnet18-2d", "resnet18-1d"])
    func inference_mode_has_pytorchs_embeddings(name: String) throws {
        let model = try golden.model(name)
        let store = ParameterStore()
        let recipe = recipe(model, winograd: false)
        let program = try EncoderProgram(
            recipe: recipe, parameters: store, embedding: Embedding(recipe: recipe, kind: .last), batch: 3, threads: 2)
        fill(store, model)
        for (index, summary) in model.running.enumerated() {
            guard let parameter = store.named(summary.name) else { continue }
            store.buffer(parameter).copy(
                from: GoldenValues.runningAverage(
                    index, isMean: summary.name.hasSuffix("running_mean"), count: summary.count))
        }
        var h = [Float](repeating: 0, count: model.input[0] * program.dimension)
        var span = h.mutableSpan
        program.encode(model.views.span, count: model.input[0], into: &span)
        for summary in model.inference { summary.expectClose(h, factor: Self.factor) }
    }
}
