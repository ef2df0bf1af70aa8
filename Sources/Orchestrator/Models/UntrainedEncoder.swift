import OssicleAudio
import OssicleGraph
import OssicleKernels

/// An encoder that has learned nothing: the recipe's layers with random weights, read as the trained one is. It is the
/// baseline that a trained encoder has to beat, so it is made as strong as it gets: in several ways, of which a probe takes
/// the one that is best on clips held back from its training part (bench/Results/embedding.md compares these and others).
public final class UntrainedEncoder: ViewEncoder {
    /// How it is made.
    public enum Normalization: String, Sendable, CaseIterable {
        /// Batch norm does nothing.
        case identity
        /// Batch norm does nothing, and the convolutions' initial weights are 0.7 times as large: smaller values, which
        /// swish changes less.
        case smallWeights
        /// Batch norm has the mean and the variance of views of the clips to be probed.
        case probed

        var weightScale: Float { self == .smallWeights ? 0.7 : 1 }

        var text: String {
            switch self {
            case .identity: "batch norm: identity"
            case .smallWeights: "batch norm: identity, weights × 0.7"
            case .probed: "batch norm: statistics of the clips"
            }
        }
    }

    public let normalization: Normalization
    private let recipe: Recipe
    private let parameters = ParameterStore()
    private let program: EncoderProgram
    private let threads: Int

    /// - Parameters:
    ///   - recipe: its seed draws the weights.
    ///   - embedding: nil: the recipe's.
    public init(
        recipe: Recipe, embedding: Embedding? = nil, level: EncoderProgram.Level = .clip, normalization: Normalization,
        threads: Int
    ) throws(MemoryError) {
        self.recipe = recipe
        self.normalization = normalization
        self.threads = threads
        program = try EncoderProgram(
            recipe: recipe, parameters: parameters, embedding: embedding, level: level, threads: threads)
        let scale = normalization.weightScale
        guard scale != 1 else { return }
        // The convolutions before a batch norm; those of the gates have biases, and are left alone.
        for parameter in parameters.all where parameters.entry(parameter).shape.count > 2 {
            let name = parameters.entry(parameter).name
            guard name.hasSuffix(".weight"), parameters.named(name.dropLast(6) + "bias") == nil else { continue }
            let buffer = parameters.buffer(parameter)
            for i in 0..<buffer.count { buffer[i] *= scale }
        }
    }

    public var dimension: Int { program.dimension }
    public var frameMaps: [FrameMap] { program.frameMaps }
    public var frontend: FrontEndConfiguration { program.frontend }
    public var viewFrames: Int { program.viewFrames }
    public var level: Float { program.level }
    public var readNames: [String]? { program.readNames }
    public var variant: String? { normalization.text }

    public func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>) {
        program.encode(views, count: count, into: &embeddings)
    }

    public var calibrationViews: Int { normalization == .probed ? 256 : 0 }

    public func calibrate(_ views: Span<Float>, count: Int) throws {
        try BatchStatistics(recipe: recipe, parameters: parameters, embedding: program.embedding, threads: threads)
            .measure(views, count: count)
    }
}

/// Gives the batch norms of an encoder the statistics of some views, layer by layer, as training does with its batches.
struct BatchStatistics {
    let recipe: Recipe
    let parameters: ParameterStore
    let embedding: Embedding
    let threads: Int

    /// Activations of one pass may take as much; of more views an even part is looked at.
    private static let largestBytes = 1 << 30
    /// A first step keeps a tenth of the old running average: after six of them a millionth is left.
    private static let passes = 6

    func measure(_ views: Span<Float>, count: Int) throws(MemoryError) {
        let size = recipe.data.viewFrames * recipe.frontend.valuesPerFrame
        var recorded = record(views: count)
        var kept = count
        while MemoryPlan(recorded.graph).bytes > Self.largestBytes, kept > 16 {
            kept /= 2
            recorded = record(views: kept)
        }
        let program = try Program(recorded.graph, threads: threads)
        let input = program.buffer(recorded.input)
        for slot in 0..<kept {
            let view = slot * count / kept
            input.slice(slot * size, size).copy(from: views.extracting(view * size..<(view + 1) * size))
        }
        for _ in 0..<Self.passes { program.forward(seed: 0, step: 0) }
    }

    private func record(views: Int) -> (graph: Graph, input: Value) {
        var recipe = recipe
        recipe[EfficientNetB0.Options.self].dropConnect = 0
        let graph = Graph(parameters: parameters, training: true)
        let builder = ModelBuilder(recipe: recipe)
        let input = builder.input(graph, views: views)
        graph.pin(builder.embedding(graph, .views(input), embedding))
        return (graph, input)
    }
}
