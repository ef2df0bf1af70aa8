import OssicleAudio
import OssicleGraph
import OssicleKernels

/// An encoder with random weights, which is read in the same way as the trained encoder. It is the baseline with which
/// a trained encoder is compared.
///
/// To make the baseline as strong as possible, it has several variants. A probe uses the variant that is best on clips
/// held out from its training part. bench/Results/embedding.md compares these variants and others.
public final class UntrainedEncoder: ViewEncoder {
    /// A variant of the untrained encoder.
    public enum Normalization: String, Sendable, CaseIterable {
        /// Batch norm is the identity.
        case identity
        /// Batch norm is the identity, and the initial weights of the convolutions are multiplied by 0.7. The values
        /// are then smaller, and swish changes them less.
        case smallWeights
        /// Batch norm has the mean and the variance of views of the probed clips.
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

    /// The variant.
    public let normalization: Normalization
    private let recipe: Recipe
    private let parameters = ParameterStore()
    private let program: EncoderProgram
    private let threads: Int

    /// Creates an encoder with random weights.
    /// - Parameters:
    ///   - recipe: the recipe of the encoder. Its seed determines the weights.
    ///   - embedding: the embedding to read. nil: that of the recipe.
    ///   - level: whether the encoder outputs vectors of views or frames.
    ///   - normalization: the variant.
    ///   - threads: the number of compute threads.
    /// - Throws: ``MemoryError`` if the memory cannot be allocated.
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
        // Only convolutions before a batch norm are scaled. Those of squeeze-and-excitation have biases and are not
        // scaled.
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

/// A measurement of batch norm statistics on some views. It changes the running statistics of the encoder layer by
/// layer, as training does with its batches.
struct BatchStatistics {
    let recipe: Recipe
    let parameters: ParameterStore
    let embedding: Embedding
    let threads: Int

    /// The largest memory of one pass in bytes. If the views need more, an evenly spaced part of them is used.
    private static let largestBytes = 1 << 30
    /// The number of passes. The first training step keeps a tenth of the old running average, and every pass here does
    /// the same. After six passes, the share of the old average is a millionth.
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
