/// One step of pretraining: forward over all views, loss, backward, optimizer. Everything is allocated in `init`; a step
/// allocates nothing.
public final class TrainingStep {
    public let recipe: Recipe
    /// Views of one step: twice the batch for a contrastive method.
    public let views: Int
    /// (frames, mels) of a view.
    public let viewShape: (frames: Int, mels: Int)
    public let parameters: ParameterStore
    let program: Program
    let objective: any Objective
    private let input: Value
    private let embedding: Value

    /// - Parameters:
    ///   - batch: clips of a step.
    ///   - classes: width of the classifier; only the method `supervised` has one.
    ///   - threads: compute threads, at least 1.
    public init(recipe: Recipe, batch: Int, classes: Int = 0, threads: Int) throws(MemoryError) {
        self.recipe = recipe
        views = recipe.method == .cola ? 2 * batch : batch
        viewShape = (recipe.data.viewFrames, recipe.frontend.melBands)
        parameters = ParameterStore()
        let graph = Graph(parameters: parameters, training: true)
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        input = builder.input(graph, views: views)
        embedding = builder.encoder(graph, input)
        graph.pin(embedding)
        objective = builder.objective(graph, embedding)
        graph.record(objective)
        try parameters.allocate(seed: recipe.training.seed, training: true)
        program = try Program(graph, threads: threads)
    }

    /// Bytes of activations, gradients and workspace.
    public var arenaBytes: Int { program.arenaBytes }

    /// Forward and loss. The loss may be NaN: look before ``update(step:learningRate:)``.
    /// - Parameters:
    ///   - views: (views, frames, mels), anchors above positives.
    ///   - labels: one a view, for `supervised`.
    ///   - step: number of the step, from 0; keys the step's randomness.
    public func forward(views: Span<Float>, labels: [Int32] = [], step: Int) -> LossValue {
        program.buffer(input).copy(from: views)
        if let target = (objective as? LabelCrossEntropy)?.labels {
            let buffer = program.buffer(target)
            precondition(labels.count == buffer.count, "one label a view")
            for (row, label) in labels.enumerated() { buffer.integers[row] = label }
        }
        program.forward(seed: recipe.training.seed, step: step)
        return objective.value
    }

    /// Gradients of the last forward pass.
    public func backward(step: Int) { program.backward(seed: recipe.training.seed, step: step) }

    /// One optimizer step on the gradients of the last backward pass.
    public func update(step: Int, learningRate: Double) {
        let flat = parameters.flat
        let optimizer = recipe.optimizer
        AdamKernel.step(
            program.execution, learningRate: learningRate, beta1: optimizer.beta1, beta2: optimizer.beta2,
            epsilon: optimizer.epsilon, weightDecay: optimizer.weightDecay, step: step + 1,
            gradients: flat.gradients, firstMoments: flat.firstMoments, secondMoments: flat.secondMoments,
            weights: flat.weights)
    }

    /// The first `count` embeddings of the last forward pass, (count, dimension).
    public func embeddings(_ count: Int) -> [Float] {
        let buffer = program.buffer(embedding)
        return buffer.slice(0, min(count, views) * buffer.count / views).array
    }

    public var dimension: Int { program.buffer(embedding).count / views }

    /// Wall time of one training step by operation, in seconds, forward and backward.
    public func profile(step: Int, clock: @escaping () -> Double) -> [(name: String, forward: Double, backward: Double)]
    {
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
