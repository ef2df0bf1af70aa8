import OssicleAudio
import OssicleGraph
import OssicleKernels

/// An encoder in inference mode, trained or with random weights. It has its own memory plan, for a fixed number of
/// views per pass, and uses the parameters of a store. Layers after the last feature map that the embedding reads are
/// neither planned nor computed.
public final class EncoderProgram: ViewEncoder {
    /// The output of a program.
    public enum Level: Sendable {
        /// One vector per view.
        case clip
        /// Frames: the rows over time of each feature map that the embedding reads.
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

    /// Records the encoder, plans and allocates its memory.
    /// - Parameters:
    ///   - recipe: the recipe of the encoder.
    ///   - parameters: a store that contains the encoder, or an empty store, which is then filled from the seed of the
    ///     recipe.
    ///   - embedding: the embedding to read. nil: that of the recipe.
    ///   - level: whether the program outputs vectors of views or frames.
    ///   - classes: 0 for embeddings. Otherwise, the output is the logits of this number of classes, for clips.
    ///   - batch: the number of views per pass. An incomplete last pass is padded.
    ///   - threads: the number of compute threads.
    /// - Throws: ``MemoryError`` if the memory cannot be allocated.
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
            // In an incomplete last pass, the remaining rows contain older values. In inference mode, no row depends on
            // another.
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
