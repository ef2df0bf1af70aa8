import OssicleKernels

/// A tensor of a recorded program. It is a number, not memory: the program gives it memory from the first operation that uses it
/// to the last.
public struct Value: Hashable, Sendable {
    let id: Int
}

/// A feature map (images, height, width, channels) as its reader sees it: a raw tensor, and the normalisation and activation that
/// the reader applies. The normalised and activated values themselves are not stored.
///
/// Of a spectrum's map, an image is a view, the height is time, and the width is mel.
public struct Feature {
    public package(set) var raw: Value
    public package(set) var images: Int
    public package(set) var height: Int
    public package(set) var width: Int
    public package(set) var channels: Int
    package var normalization: Normalization?
    public package(set) var activation = Activation.identity
    /// (images, channels), multiplied last.
    var gate: Value?

    /// A map of values that are read as they are: (images, height, width, channels), or any shape of as many values.
    public init(raw: Value, images: Int, height: Int, width: Int, channels: Int) {
        self.init(
            raw: raw, images: images, height: height, width: width, channels: channels, normalization: nil)
    }

    package init(
        raw: Value, images: Int, height: Int, width: Int, channels: Int, normalization: Normalization?,
        activation: Activation = .identity, gate: Value? = nil
    ) {
        self.raw = raw
        self.images = images
        self.height = height
        self.width = width
        self.channels = channels
        self.normalization = normalization
        self.activation = activation
        self.gate = gate
    }

    var rowsPerImage: Int { height * width }
    public var rows: Int { images * rowsPerImage }
    public var shape: [Int] { [images, height, width, channels] }
}

/// The per-channel tensors that tie a batch normalisation to the convolution before and to the reader behind it.
/// The reader is recorded last and says where it leaves the sums Σ dz and Σ dz·raw of its backward pass.
package final class Normalization {
    let channels: Int
    /// Forward: z = scale·raw + shift.
    let scale: Value
    let shift: Value
    let mean: Value
    let inverseDeviation: Value
    /// Backward: draw = a·dz + b·raw + c.
    let a: Value
    let b: Value
    let c: Value
    private(set) var sums: (value: Value, blocks: Int)?

    init(_ graph: Graph, channels: Int) {
        self.channels = channels
        scale = graph.value([channels])
        shift = graph.value([channels])
        mean = graph.value([channels])
        inverseDeviation = graph.value([channels])
        a = graph.value([channels])
        b = graph.value([channels])
        c = graph.value([channels])
    }

    /// Whether ``SharedNormalization`` computes the sums for all readers.
    private var isShared = false

    /// Called by ``SharedNormalization``: several operations may read the normalised tensor, and none of them leaves the sums.
    func leaveSumsForAllReaders(_ graph: Graph, blocks: Int) -> Value {
        isShared = true
        return leaveSums(graph, blocks: blocks)
    }

    /// Called by an operation that pools the normalised tensor; nil where it need not leave the sums.
    func leaveSumsOfReader(_ graph: Graph, blocks: Int) -> Value? {
        isShared ? nil : leaveSums(graph, blocks: blocks)
    }

    /// Called once, by the operation that reads the normalised tensor.
    func leaveSums(_ graph: Graph, blocks: Int) -> Value {
        precondition(sums == nil, "a normalised tensor has one reader")
        let value = graph.value([blocks, 2, channels])
        sums = (value, blocks)
        return value
    }
}
