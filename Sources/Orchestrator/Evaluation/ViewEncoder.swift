/// What the probes ask of an encoder, trained or not: views in, one vector a view out, or one a frame of it; batch
/// norm in inference mode.
public protocol ViewEncoder: AnyObject {
    /// Width of an embedding (1,280 for EfficientNet-B0).
    var dimension: Int { get }
    /// Vectors of one view, in time: 1 for an encoder of clips.
    var rowsPerView: Int { get }
    /// Front end and view that the encoder was trained with.
    var frontend: FrontEndConfiguration { get }
    var viewFrames: Int { get }
    /// The level every clip is scaled to before it is cut into views; 0: none.
    var level: Float { get }
    /// - Parameters:
    ///   - views: (count, viewFrames, bands, channels), any count.
    ///   - embeddings: receives (count, rowsPerView, dimension).
    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>)
}

extension ViewEncoder {
    public var rowsPerView: Int { 1 }
}
