/// A trained (or random) encoder in inference mode: a plan of its own over the parameters of a store, a fixed number of
/// views at a time.
public final class EncoderProgram: ViewEncoder {
    public let dimension: Int
    public let frontend: LogMelConfiguration
    public let viewFrames: Int
    public let level: Float
    private let parameters: ParameterStore
    private let program: Program
    private let input: Value
    private let output: Value
    private let batch: Int

    /// - Parameters:
    ///   - parameters: a store that holds the encoder, or an empty one: then it is filled from the recipe's seed.
    ///   - classes: 0: embeddings; otherwise the logits of that many classes.
    ///   - batch: views of one pass; a last, smaller one is padded.
    public init(
        recipe: Recipe, parameters: ParameterStore = ParameterStore(), classes: Int = 0, batch: Int = 64, threads: Int
    ) throws(MemoryError) {
        self.parameters = parameters
        self.batch = batch
        frontend = recipe.frontend
        viewFrames = recipe.data.viewFrames
        level = recipe.data.level
        let graph = Graph(parameters: parameters, training: false)
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        input = builder.input(graph, views: batch)
        let h = builder.encoder(graph, input)
        output = classes > 0 ? builder.classifier(graph, h) : h
        dimension = classes > 0 ? classes : builder.dimension
        graph.pin(output)
        if !parameters.isAllocated { try parameters.allocate(seed: recipe.training.seed, training: false) }
        program = try Program(graph, threads: threads)
    }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let size = viewFrames * frontend.melBands
        precondition(views.count >= count * size && embeddings.count >= count * dimension, "too few views or room")
        let (source, target) = (program.buffer(input), program.buffer(output))
        for first in stride(from: 0, to: count, by: batch) {
            let part = min(batch, count - first)
            source.copy(from: views.extracting(first * size..<(first + part) * size))
            // Rows of the last pass that no view fills keep older values; no row reads another's in inference mode.
            program.forward()
            target.copy(to: &embeddings, at: first * dimension, count: part * dimension)
        }
    }
}
