import OssicleAudio
import OssicleGraph
import OssicleKernels
import OssicleModels

/// A training step: forward pass over all views, loss, backward pass, update of the weights. All memory is allocated in
/// `init`; a step does not allocate.
package final class TrainingStep {
    package let recipe: Recipe
    /// The number of views of one step: the number of clips times the number of views per clip of the method.
    package let views: Int
    /// The number of values of a view: frames × bands × channels.
    package let viewValues: Int
    package let parameters: ParameterStore
    let program: Program
    let optimizer: any Optimizer
    private let model: TrainingModel
    /// The running statistics before the current step.
    private let statistics: Arena

    /// - Parameters:
    ///   - batch: the number of clips of a step.
    ///   - classes: the number of classes of the classifier, if labels are used.
    ///   - classified: for the method `supervised`, the embedding that the classifier reads; nil: the encoder's last
    ///     feature map.
    ///   - threads: the number of compute threads, at least 1.
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
        statistics = try Arena(bytes: 4 * parameters.state.count)
    }

    /// Whether the method reads running averages of the weights.
    package var readsAverages: Bool { program.graph.usesAverages }

    /// The bytes of the arena: activations, gradients and workspace.
    package var arenaBytes: Int { program.arenaBytes }

    /// Runs the forward pass and computes the loss. The loss may be NaN, so check it before
    /// `update(step:learningRate:)`.
    /// - Parameters:
    ///   - views: (views, frames, bands, channels). The order is: first all anchors, then all positives, then all
    ///     shifted anchors.
    ///   - labels: one label per clip if labels are used. A negative number means that the clip has no label.
    ///   - ratios: one ratio per clip if a loss asks for them: the pitch of the shifted anchor divided by the pitch of
    ///     the anchor.
    ///   - step: the number of the step, from 0. It is part of the key of all random numbers of the step.
    /// - Returns: the weighted sum of the losses, with the accuracy of the first loss.
    package func forward(views: Span<Float>, labels: [Int32] = [], ratios: [Float] = [], step: Int) -> LossValue {
        feed(views, labels, ratios)
        program.forward(seed: recipe.training.seed, step: step)
        return value
    }

    /// Runs the forward pass like ``forward(views:labels:ratios:step:)``, unless it is cancelled.
    /// - Parameter isCancelled: whether to stop. It is called before every operation.
    /// - Returns: nil if it was cancelled. In this case the weights and running statistics are as before the step.
    func forward(
        views: Span<Float>, labels: [Int32], ratios: [Float], step: Int, isCancelled: () -> Bool
    ) -> LossValue? {
        feed(views, labels, ratios)
        savedStatistics.copy(from: parameters.state)
        let isDone = withoutActuallyEscaping(isCancelled) { isCancelled in
            program.forward(seed: recipe.training.seed, step: step, isCancelled: isCancelled)
        }
        guard isDone else {
            parameters.state.copy(from: savedStatistics)
            return nil
        }
        return value
    }

    private var savedStatistics: Buffer { statistics.buffer(at: 0, count: parameters.state.count) }

    private func feed(_ views: Span<Float>, _ labels: [Int32], _ ratios: [Float]) {
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
    }

    /// The weighted sum of the losses of the last forward pass.
    private var value: LossValue {
        var value = model.objectives[0].value
        value.loss = 0
        for index in 0..<model.objectives.count {
            value.loss += Double(model.objectives[index].weight) * model.objectives[index].value.loss
        }
        return value
    }

    /// The unweighted losses of the last forward pass by name; nil if there is only one loss. Losses of one name are
    /// added.
    package var terms: [String: Double]? {
        guard model.objectives.count > 1 else { return nil }
        return Dictionary(model.objectives.map { ($0.term, $0.value.loss) }, uniquingKeysWith: +)
    }

    /// Computes the gradients of the last forward pass.
    package func backward(step: Int) { program.backward(seed: recipe.training.seed, step: step) }

    /// Computes the gradients, unless it is cancelled.
    /// - Parameter isCancelled: whether to stop. It is called before every operation.
    /// - Returns: false if it was cancelled. In this case the weights and running statistics are as before the forward
    ///   pass, which must have been the one with `isCancelled`.
    func backward(step: Int, isCancelled: () -> Bool) -> Bool {
        let isDone = withoutActuallyEscaping(isCancelled) { isCancelled in
            program.backward(seed: recipe.training.seed, step: step, isCancelled: isCancelled)
        }
        if !isDone { parameters.state.copy(from: savedStatistics) }
        return isDone
    }

    /// Updates the weights with the gradients of the last backward pass, and then the running averages, if there are
    /// any.
    package func update(step: Int, learningRate: Double) {
        optimizer.update(program.execution, step: step, learningRate: learningRate)
        guard parameters.hasAverages else { return }
        // In the first steps the average follows the weights closely, because the initial weights are random.
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

    /// The number of values of an embedding.
    package var dimension: Int { program.buffer(model.embedding).count / views }

    /// Measures the wall time of one forward pass and one backward pass by operation, in seconds. The update of the
    /// weights is not measured.
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
