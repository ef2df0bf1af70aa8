import OssicleKernels

/// A tensor of a recorded program. A value is an identifier and owns no memory. The program gives the tensor memory
/// from the first operation that uses it to the last one.
public struct Value: Hashable, Sendable {
    let id: Int
}

/// A feature map (images, height, width, channels): a raw tensor, with the normalization and the activation that its
/// reader applies. The normalized and activated values are not stored.
///
/// In a feature map of spectra, an image is a view, the height is time, and the width is mel.
public struct Feature {
    public package(set) var raw: Value
    public package(set) var images: Int
    public package(set) var height: Int
    public package(set) var width: Int
    public package(set) var channels: Int
    package var normalization: Normalization?
    public package(set) var activation = Activation.identity
    /// Factors of shape (images, channels), which are applied after the activation. nil means 1.
    var gate: Value?

    /// Creates a feature map whose values are read without normalization and activation.
    /// - Parameter raw: a tensor of shape (images, height, width, channels), or of any shape with the same number of
    ///   values.
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
    /// The number of positions in all images: images · height · width.
    public var rows: Int { images * rowsPerImage }
    public var shape: [Int] { [images, height, width, channels] }
}

/// The per-channel tensors of a batch normalization. The convolution before it and the operation that reads its output
/// share them.
///
/// The reader is recorded last. It declares a tensor for the sums Σ dz and Σ dz·raw, which its backward pass computes.
package final class Normalization {
    let channels: Int
    /// Forward: z = scale·raw + shift.
    let scale: Value
    let shift: Value
    let mean: Value
    let inverseDeviation: Value
    /// Backward: draw = a·dz + b·raw + c, with the gradients draw of raw and dz of z.
    let a: Value
    let b: Value
    let c: Value
    /// The partial sums that the backward pass of the reader computes, and the number of their blocks.
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

    /// Whether `SharedNormalization` computes the sums for all readers.
    private var isShared = false

    /// Declares the sums for `SharedNormalization`. Several operations may then read the normalized tensor, and none of
    /// them computes the sums.
    func leaveSumsForAllReaders(_ graph: Graph, blocks: Int) -> Value {
        isShared = true
        return leaveSums(graph, blocks: blocks)
    }

    /// Declares the sums for an operation that pools the normalized tensor. nil means that it need not compute them.
    func leaveSumsOfReader(_ graph: Graph, blocks: Int) -> Value? {
        isShared ? nil : leaveSums(graph, blocks: blocks)
    }

    /// Declares the sums for the operation that reads the normalized tensor. It is called once.
    func leaveSums(_ graph: Graph, blocks: Int) -> Value {
        precondition(sums == nil, "a normalised tensor has one reader")
        let value = graph.value([blocks, 2, channels])
        sums = (value, blocks)
        return value
    }
}
