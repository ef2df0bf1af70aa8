import Foundation
import OssicleAudio

/// What the probes ask of an encoder, trained or not: views in, one vector a view out, or the rows of its maps in time;
/// batch norm in inference mode.
public protocol ViewEncoder: AnyObject {
    /// Values of a vector: of a view, or of a frame.
    var dimension: Int { get }
    /// Of an encoder of frames, the maps whose rows it gives; none of an encoder of views.
    var frameMaps: [FrameMap] { get }
    /// Front end and view that the encoder was trained with.
    var frontend: FrontEndConfiguration { get }
    var viewFrames: Int { get }
    /// The level every clip is scaled to before it is cut into views; 0: none.
    var level: Float { get }
    /// - Parameters:
    ///   - views: (count, viewFrames, bands, channels), any count.
    ///   - embeddings: receives (count, valuesPerView): a vector, or for each map its rows (rows, values).
    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>)

    /// Views of the clips to come that the encoder wants to see first, 0 for none; see ``UntrainedEncoder``.
    var calibrationViews: Int { get }
    /// - Parameter views: (count, viewFrames, bands, channels), at most ``calibrationViews`` of the probe's training part.
    func calibrate(_ views: Span<Float>, count: Int) throws
    /// Which of several ways to make a baseline this one is; nil where there is only one.
    var variant: String? { get }
    /// The names of the maps that it reads, or `last`; nil where it is no network.
    var readNames: [String]? { get }
}

extension ViewEncoder {
    public var calibrationViews: Int { 0 }
    public func calibrate(_ views: Span<Float>, count: Int) throws {}
    public var variant: String? { nil }
    public var readNames: [String]? { nil }

    public var frameMaps: [FrameMap] { [] }

    /// What ``encode(_:count:into:)`` writes for each view.
    public var valuesPerView: Int {
        frameMaps.isEmpty ? dimension : frameMaps.map { $0.rows * $0.values }.reduce(0, +)
    }
}

/// A map's rows in time, as an encoder of frames gives them: row j is centred on the view's front-end frame `stride · j`,
/// as convolutions place it that are padded by half their width.
public struct FrameMap: Sendable, Equatable {
    /// In time.
    public let rows: Int
    /// Of a row.
    public let values: Int
    /// Front-end frames from one row to the next.
    public let stride: Int

    public init(rows: Int, values: Int, stride: Int) {
        self.rows = rows
        self.values = values
        self.stride = stride
    }

    /// The stride of an encoder is a power of two; a last row may reach beyond the view.
    init(rows: Int, values: Int, viewFrames: Int) {
        self.init(
            rows: rows, values: values, stride: 1 << Int(log2(Double(viewFrames) / Double(rows)).rounded()))
    }
}
