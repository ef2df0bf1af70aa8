import OssicleAudio
import OssicleGraph
import OssicleKernels

/// A trained (or random) encoder in inference mode: a plan of its own over the parameters of a store, a fixed number of
/// views at a time. Layers behind the last map that the embedding reads are neither planned nor computed.
public final class EncoderProgram: ViewEncoder {
    /// What a program gives.
    public enum Level: Sendable {
        /// One vector a view.
        case clip
        /// Frames: rows in time, of each map that the embedding reads.
        case frame
    }

    public let embedding: Embedding
    public let dimension: Int
    public let frameMaps: [FrameMap]
    public let frontend: FrontEndConfiguration
    public let viewFrames: Int
    public let level: Float
    private let parameters: ParameterStore
    private let program: Program
    private let early: EarlyLayers?
    private let input: Value
    private let outputs: [(value: Value, count: Int)]
    private let batch: Int

    /// - Parameters:
    ///   - parameters: a store that holds the encoder, or an empty one: then it is filled from the recipe's seed.
    ///   - embedding: nil: the recipe's.
    ///   - level: of the embeddings.
    ///   - classes: 0: embeddings; otherwise the logits of that many classes, of clips.
    ///   - batch: views of one pass; a last, smaller one is padded.
    public init(
        recipe: Recipe, parameters: ParameterStore = ParameterStore(), embedding: Embedding? = nil,
        level: Level = .clip, classes: Int = 0, batch: Int = 64, threads: Int
    ) throws(MemoryError) {
        let embedding = embedding ?? Embedding(recipe: recipe)
        self.embedding = embedding
        self.parameters = parameters
        self.batch = batch
        frontend = recipe.frontend
        viewFrames = recipe.data.viewFrames
        self.level = recipe.data.level
        let graph = Graph(parameters: parameters, training: false)
        let builder = ModelBuilder(recipe: recipe, classes: classes)
        early = EarlyLayers(builder, reading: embedding, before: graph, views: batch)
        input = builder.input(graph, views: batch)
        let source = early.map { ModelBuilder.EncoderInput.early($0.maps) } ?? .views(input)
        switch level {
        case .clip:
            let h = builder.embedding(graph, source, embedding)
            let output = classes > 0 ? builder.classifier(graph, h) : h
            dimension = classes > 0 ? classes : embedding.size
            outputs = [(output, dimension)]
            frameMaps = []
        case .frame:
            dimension = embedding.frameSize
            let frames = builder.frames(graph, source, embedding)
            let viewFrames = recipe.data.viewFrames
            frameMaps = frames.map { rows, values in
                FrameMap(rows: rows, values: graph.shape(values).reduce(1, *) / (batch * rows), viewFrames: viewFrames)
            }
            outputs = zip(frames, frameMaps).map { ($0.values, $1.rows * $1.values) }
        }
        for output in outputs { graph.pin(output.value) }
        if !parameters.isAllocated { try parameters.allocate(seed: recipe.training.seed, training: false) }
        program = try Program(graph, threads: threads)
        try early?.allocate(threads: threads)
    }

    public var readNames: [String]? { embedding.readNames }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        let size = viewFrames * frontend.valuesPerFrame
        let values = valuesPerView
        precondition(views.count >= count * size && embeddings.count >= count * values, "too few views or room")
        let source = program.buffer(input)
        for first in stride(from: 0, to: count, by: batch) {
            let part = min(batch, count - first)
            source.copy(from: views.extracting(first * size..<(first + part) * size))
            early?.run(program, views: source, count: part)
            // Rows of the last pass that no view fills keep older values; no row reads another's in inference mode.
            program.forward()
            var offset = 0
            for output in outputs {
                let target = program.buffer(output.value)
                if output.count == values {
                    target.copy(to: &embeddings, at: first * values, count: part * values)
                } else {
                    for view in 0..<part {
                        target.slice(view * output.count, output.count)
                            .copy(to: &embeddings, at: (first + view) * values + offset, count: output.count)
                    }
                }
                offset += output.count
            }
        }
    }
}
