/// A trained (or random) encoder in inference mode: a plan of its own over the parameters of a store, a fixed number of
/// views at a time.
public final class EncoderProgram: ViewEncoder {
    /// What a program gives.
    public enum Level: Sendable {
        /// One vector a view.
        case clip
        /// One vector a frame of the encoder's map.
        case frame
    }

    public let dimension: Int
    public let rowsPerView: Int
    public let frontend: FrontEndConfiguration
    public let viewFrames: Int
    public let level: Float
    private let parameters: ParameterStore
    private let program: Program
    private let early: EarlyLayers?
    private let input: Value
    private let output: Value
    private let batch: Int

    /// - Parameters:
    ///   - parameters: a store that holds the encoder, or an empty one: then it is filled from the recipe's seed.
    ///   - level: of the embeddings.
    ///   - classes: 0: embeddings; otherwise the logits of that many classes, of clips.
    ///   - batch: views of one pass; a last, smaller one is padded.
    public init(
        recipe: Recipe, parameters: ParameterStore = ParameterStore(), level: Level = .clip, classes: Int = 0,
        batch: Int = 64, threads: Int
    ) throws(MemoryError) {
        self.parameters = parameters
        self.batch = batch
        frontend = recipe.frontend
        viewFrames = recipe.data.viewFrames
        self.level = recipe.data.level
        let graph = Graph(parameters: parameters, training: false)
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        early = EarlyLayers(builder, before: graph, views: batch)
        input = builder.input(graph, views: batch)
        let source = early.map { ModelBuilder.EncoderInput.early($0.maps) } ?? .views(input)
        switch level {
        case .clip:
            let h = builder.embedding(graph, builder.encoding(graph, source))
            output = classes > 0 ? builder.classifier(graph, h) : h
            rowsPerView = 1
        case .frame:
            let frames = builder.frames(graph, source)
            output = frames.raw
            rowsPerView = frames.height
        }
        dimension = classes > 0 ? classes : builder.dimension
        graph.pin(output)
        if !parameters.isAllocated { try parameters.allocate(seed: recipe.training.seed, training: false) }
        program = try Program(graph, threads: threads)
        try early?.allocate(threads: threads)
    }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let size = viewFrames * frontend.valuesPerFrame
        let values = rowsPerView * dimension
        precondition(views.count >= count * size && embeddings.count >= count * values, "too few views or room")
        let (source, target) = (program.buffer(input), program.buffer(output))
        for first in stride(from: 0, to: count, by: batch) {
            let part = min(batch, count - first)
            source.copy(from: views.extracting(first * size..<(first + part) * size))
            early?.run(program, views: source, count: part)
            // Rows of the last pass that no view fills keep older values; no row reads another's in inference mode.
            program.forward()
            target.copy(to: &embeddings, at: first * values, count: part * values)
        }
    }
}
