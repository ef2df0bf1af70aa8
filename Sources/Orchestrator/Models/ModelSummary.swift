import OssicleGraph
import OssicleKernels

/// What a recipe's model consists of, and what it takes to run it: `ossicle inspect`.
public struct ModelSummary: Codable, Sendable {
    public struct Layer: Codable, Sendable {
        public let name: String
        public let kind: String
        public let parameters: Int
        /// Bytes of the values it writes in the forward pass.
        public let outputBytes: Int
    }

    public let encoder: String
    /// Width of what the heads read, h.
    public let dimension: Int
    /// What embeddings and probes read.
    public let embedding: Embedding
    public let views: Int
    public let layers: [Layer]
    public let encoderParameters: Int
    public let parameters: Int
    /// Training: activations and gradients, planned and without sharing, and the workspace.
    public let trainingArenaBytes: Int
    public let unsharedBytes: Int
    public let workspaceBytes: Int
    /// Weights, gradients and the optimizer's two moments.
    public let parameterBytes: Int
    /// Inference over 64 views, on one thread.
    public let inferenceArenaBytes: Int

    /// Records both graphs, plans them, and allocates nothing.
    /// - Parameter classes: of the classifier, where the recipe is `supervised`.
    public init(recipe: Recipe, classes: Int = 10) {
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        let store = ParameterStore()
        let inference = Graph(parameters: store, training: false)
        embedding = Embedding(recipe: recipe)
        // The whole encoder's parameters are counted, those of layers that the embedding does not read too.
        let whole = Graph(parameters: store, training: false)
        _ = builder.encoding(whole, .views(builder.input(whole, views: 1)))
        encoderParameters = store.trainedCount
        let early = EarlyLayers(builder, reading: embedding, before: inference, views: 64)
        let input = builder.input(inference, views: 64)
        let source = early.map { ModelBuilder.EncoderInput.early($0.maps) } ?? .views(input)
        inference.pin(builder.embedding(inference, source, embedding))
        let graph = Graph(parameters: store, training: true, rawFormat: recipe.precision.rawFormat)
        let model = builder.training(graph, batch: recipe.training.batchSize)
        views = graph.shape(model.input)[0]
        let plan = MemoryPlan(graph)

        encoder = recipe.encoder.name.rawValue
        dimension = builder.dimension
        parameters = store.trainedCount
        trainingArenaBytes = plan.bytes
        unsharedBytes = plan.unsharedBytes
        workspaceBytes = graph.operations.map(\.memory.workspace).max() ?? 0
        parameterBytes = 4 * 4 * store.trainedCount
        inferenceArenaBytes = MemoryPlan(inference).bytes + (early?.bytes ?? 0)
        var seen: Set<Value> = []
        layers = graph.operations.map { operation in
            let fresh = operation.forwardAccess.filter { seen.insert($0).inserted }
            return Layer(
                name: operation.name, kind: "\(type(of: operation))",
                parameters: store.count(ofPrefix: operation.name),
                outputBytes: fresh.map { graph.shape($0).reduce(4, *) }.reduce(0, +))
        }
    }
}

extension ParameterStore {
    /// Trained values whose names begin with a layer's.
    fileprivate func count(ofPrefix name: String) -> Int {
        entries.filter {
            $0.isTrained && ($0.name.hasPrefix(name + ".") || name == "objective" && $0.name.hasPrefix("similarity."))
        }
        .map(\.count).reduce(0, +)
    }
}
