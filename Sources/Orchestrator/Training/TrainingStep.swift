import OssicleAudio
import OssicleGraph
import OssicleKernels
import OssicleModels

/// One step of pretraining: forward over all views, loss, backward, optimizer. Everything is allocated in `init`; a step
/// allocates nothing.
package final class TrainingStep {
    package let recipe: Recipe
    /// Views of one step: twice the batch for a contrastive method.
    package let views: Int
    /// Values of a view: frames × bands × channels.
    package let viewValues: Int
    package let parameters: ParameterStore
    let program: Program
    let optimizer: any Optimizer
    private let model: TrainingModel

    /// - Parameters:
    ///   - batch: clips of a step.
    ///   - classes: width of the classifier, where labels are used.
    ///   - classified: of the recipe `supervised`, what the classifier reads; nil: the encoder's last map.
    ///   - threads: compute threads, at least 1.
    package init(
        recipe: Recipe, batch: Int, classes: Int = 0, classified: Embedding? = nil, threads: Int
    ) throws(MemoryError) {
        self.recipe = recipe
        views = recipe.viewsPerClip * batch
        viewValues = recipe.data.viewFrames * recipe.frontend.valuesPerFrame
        parameters = ParameterStore()
        let graph = Graph(parameters: parameters, training: true, rawFormat: recipe.precision.rawFormat)
        model = ModelBuilder(recipe: recipe, classes: classes, classified: classified).training(graph, batch: batch)
        try parameters.allocate(
            seed: recipe.training.seed, training: true,
            averages: recipe.optimizer.average > 0 || graph.usesAverages)
        optimizer = try recipe.optimizer.optimizer(of: parameters)
        program = try Program(graph, threads: threads)
    }

    /// Bytes of activations, gradients and workspace.
    package var arenaBytes: Int { program.arenaBytes }

    /// Forward and loss. The loss may be NaN: look before ``update(step:learningRate:)``.
    /// - Parameters:
    ///   - views: (views, frames, bands, channels): anchors, positives, shifted anchors.
    ///   - labels: one a clip where labels are used; below 0: none.
    ///   - ratios: one per clip where a loss asks for them, of the pitch of its shifted anchor to its anchor's.
    ///   - step: number of the step, from 0; keys the step's randomness.
    /// - Returns: the weighted sum of the losses, with the accuracy of the first.
    package func forward(views: Span<Float>, labels: [Int32] = [], ratios: [Float] = [], step: Int) -> LossValue {
        program.buffer(model.input).copy(from: views)
        for index in 0..<program.graph.feeds.count {
            let buffer = program.buffer(program.graph.feeds[index].value)
            switch program.graph.feeds[index].feed {
            case .labels:
                precondition(!labels.isEmpty && buffer.count % labels.count == 0, "one label per clip")
                for row in 0..<buffer.count { buffer.set(labels[row % labels.count], at: row) }
            case .pitchRatios:
                precondition(ratios.count == buffer.count, "one ratio per clip")
                for clip in 0..<ratios.count { buffer[clip] = ratios[clip] }
            }
        }
        program.forward(seed: recipe.training.seed, step: step)
        var value = model.objectives[0].value
        value.loss = 0
        for index in 0..<model.objectives.count {
            value.loss += Double(model.objectives[index].weight) * model.objectives[index].value.loss
        }
        return value
    }

    /// The losses of the last forward pass by name, unweighted; nil where there is only one.
    package var terms: [String: Double]? {
        guard model.objectives.count > 1 else { return nil }
        return Dictionary(uniqueKeysWithValues: model.objectives.map { ($0.term, $0.value.loss) })
    }

    /// Gradients of the last forward pass.
    package func backward(step: Int) { program.backward(seed: recipe.training.seed, step: step) }

    /// One optimizer step on the gradients of the last backward pass.
    package func update(step: Int, learningRate: Double) {
        optimizer.update(program.execution, step: step, learningRate: learningRate)
        guard parameters.hasAverages else { return }
        // A young average follows closely: the first weights are random.
        let decay = min(recipe.optimizer.average, Double(1 + step) / Double(10 + step))
        let (execution, all) = (program.execution, parameters.averaged)
        AverageKernel.step(execution, decay: decay, values: all.weights, averages: all.weightAverages)
        AverageKernel.step(execution, decay: decay, values: all.state, averages: all.stateAverages)
    }

    /// The first `count` embeddings of the last forward pass, (count, dimension).
    package func embeddings(_ count: Int) -> [Float] {
        let buffer = program.buffer(model.embedding)
        return buffer.slice(0, min(count, views) * buffer.count / views).array
    }

    package var dimension: Int { program.buffer(model.embedding).count / views }

    /// Wall time of one training step by operation, in seconds, forward and backward.
    package func profile(step: Int, clock: @escaping () -> Double) -> [(
        name: String, forward: Double, backward: Double
    )] {
        var times: [String: (Double, Double)] = [:]
        var last = clock()
        program.forward(seed: recipe.training.seed, step: step) { operation in
            let now = clock()
            times[operation.name, default: (0, 0)].0 += now - last
            last = now
        }
        last = clock()
        program.backward(seed: recipe.training.seed, step: step) { operation in
            let now = clock()
            times[operation.name, default: (0, 0)].1 += now - last
            last = now
        }
        return program.graph.operations.map { ($0.name, times[$0.name]?.0 ?? 0, times[$0.name]?.1 ?? 0) }
    }
}
