/// What the probes ask of an encoder, trained or not: log-mel views in, one vector a view out, batch norm in inference
/// mode.
public protocol ViewEncoder: AnyObject {
    /// Width of an embedding (1,280 for EfficientNet-B0).
    var dimension: Int { get }
    /// Front end and view that the encoder was trained with.
    var frontend: LogMelConfiguration { get }
    var viewFrames: Int { get }
    /// The level every clip is scaled to before it is cut into views; 0: none.
    var level: Float { get }
    /// - Parameters:
    ///   - views: (count, viewFrames, melBands), any count.
    ///   - embeddings: receives (count, dimension).
    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>)
}
