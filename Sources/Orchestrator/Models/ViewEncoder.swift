import Foundation
import OssicleAudio

/// An encoder as probes use it. It maps each view to one vector, or to the rows of its feature maps over time. Batch
/// norm is in inference mode.
public protocol ViewEncoder: AnyObject {
    /// The number of values of a vector, which belongs to a view or to a frame.
    var dimension: Int { get }
    /// The feature maps whose rows a frame encoder outputs. It is empty for an encoder that outputs one vector per
    /// view.
    var frameMaps: [FrameMap] { get }
    /// The front end that the encoder was trained with.
    var frontend: FrontEndConfiguration { get }
    /// The number of frames of a view that the encoder was trained with.
    var viewFrames: Int { get }
    /// The RMS level to which every clip is scaled before it is cut into views. 0: clips are not scaled.
    var level: Float { get }
    /// Computes the embeddings of views.
    /// - Parameters:
    ///   - views: (count, viewFrames, bands, channels).
    ///   - count: the number of views. Any number is possible.
    ///   - embeddings: receives (count, valuesPerView). The values of a view are its vector, or the rows of each
    ///     feature map, (rows, values).
    func encode(_ views: Span<Float>, count: Int, into embeddings: inout MutableSpan<Float>)

    /// The number of views of the probed clips that the encoder needs before it computes embeddings; 0 if it needs
    /// none. See ``UntrainedEncoder``.
    var calibrationViews: Int { get }
    /// Adapts the encoder to some views.
    /// - Parameters:
    ///   - views: (count, viewFrames, bands, channels), from the training part of the probe.
    ///   - count: the number of views, at most ``calibrationViews``.
    func calibrate(_ views: Span<Float>, count: Int) throws
    /// The name of this variant, if a baseline has several variants. nil: there is only one.
    var variant: String? { get }
    /// The names of the feature maps that the encoder reads, or `last`. nil: it is not a neural network.
    var readNames: [String]? { get }
}

extension ViewEncoder {
    public var calibrationViews: Int { 0 }
    public func calibrate(_ views: Span<Float>, count: Int) throws {}
    public var variant: String? { nil }
    public var readNames: [String]? { nil }

    public var frameMaps: [FrameMap] { [] }

    /// The number of values that ``encode(_:count:into:)`` writes for each view.
    public var valuesPerView: Int {
        frameMaps.isEmpty ? dimension : frameMaps.map { $0.rows * $0.values }.reduce(0, +)
    }
}

/// The rows of a feature map over time, as a frame encoder outputs them. Row j is centered on the front-end frame
/// `stride · j` of the view, because convolutions are padded by half their width.
public struct FrameMap: Sendable, Equatable {
    /// The number of rows, which are time steps.
    public let rows: Int
    /// The number of values of a row.
    public let values: Int
    /// The distance of two rows in front-end frames.
    public let stride: Int

    public init(rows: Int, values: Int, stride: Int) {
        self.rows = rows
        self.values = values
        self.stride = stride
    }

    /// Derives the stride, which is a power of two for every encoder. The last row may extend beyond the end of the
    /// view.
    init(rows: Int, values: Int, viewFrames: Int) {
        // A padded layer of stride s has ⌈frames / s⌉ rows. A layer with other padding may have one row more or less.
        let exact = (0..<31).map { 1 << $0 }.first { (viewFrames + $0 - 1) / $0 == rows }
        self.init(
            rows: rows, values: values,
            stride: exact ?? 1 << Int(log2(Double(viewFrames) / Double(rows)).rounded()))
    }
}
