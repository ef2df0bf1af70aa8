import OssicleGraph
import OssicleKernels

/// The layers, parameters and memory of a recipe's model, for `ossicle inspect`.
public struct ModelSummary: Codable, Sendable {
    /// One operation of the model.
    public struct Layer: Codable, Sendable {
        public let name: String
        public let kind: String
        public let parameters: Int
        /// The size in bytes of the values that the forward pass writes.
        public let outputBytes: Int
    }

    /// The name of the encoder.
    public let encoder: String
    /// The width of h, the vector that the heads read.
    public let dimension: Int
    /// The embedding that probes read.
    public let embedding: Embedding
    /// The number of views of a training batch.
    public let views: Int
    /// The operations of a training step, in order.
    public let layers: [Layer]
    /// The number of trained values of the encoder.
    public let encoderParameters: Int
    /// The number of trained values of the encoder and the heads.
    public let parameters: Int
    /// The size in bytes of activations and gradients in training, with the memory plan.
    public let trainingArenaBytes: Int
    /// The same size if values did not share memory.
    public let unsharedBytes: Int
    /// The size in bytes of the workspace in training.
    public let workspaceBytes: Int
    /// The size in bytes of the weights, the gradients and the two moments of the optimizer.
    public let parameterBytes: Int
    /// The size in bytes of the activations in inference, for 64 views and one thread.
    public let inferenceArenaBytes: Int

    /// Records the graphs of training and inference and plans their memory. It allocates no memory for them.
    /// - Parameters:
    ///   - recipe: the recipe of the model.
    ///   - classes: the number of classes, for methods with a classifier.
    public init(recipe: Recipe, classes: Int = 10) {
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        let store = ParameterStore()
        let inference = Graph(parameters: store, training: false)
        embedding = Embedding(recipe: recipe)
        // All parameters of the encoder are counted, also those of layers that the embedding does not read.
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
        // What the step gets from the batch is not the output of a layer.
        var seen = Set([model.input] + graph.feeds.map(\.value))
        var counts = store.trainedCounts(ofLayers: graph.operations.map(\.name))
        layers = graph.operations.map { operation in
            let fresh = operation.forwardAccess.filter { seen.insert(graph.owner($0)).inserted }
            return Layer(
                name: operation.name, kind: "\(type(of: operation))",
                parameters: counts.removeValue(forKey: operation.name) ?? 0,
                outputBytes: fresh.map { graph.shape($0).reduce(graph.format($0).bytes, *) }.reduce(0, +))
        }
    }
}

extension ParameterStore {
    /// The number of trained values of each layer. A parameter belongs to the layer with the longest name that its own name
    /// begins with: `projection.norm.weight` to `projection.norm`, not to `projection`.
    fileprivate func trainedCounts(ofLayers names: [String]) -> [String: Int] {
        let known = Set(names)
        let loss = names.first { $0.hasPrefix("objective") } ?? ""
        return entries.filter(\.isTrained).reduce(into: [:]) { counts, entry in
            var layer = entry.name[...]
            while !known.contains(String(layer)), let dot = layer.lastIndex(of: ".") { layer = layer[..<dot] }
            counts[known.contains(String(layer)) ? String(layer) : loss, default: 0] += entry.count
        }
    }
}
