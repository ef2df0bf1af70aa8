import OssicleKernels

/// A tensor of the recorded program: a number, not memory. The plan gives it a place in the arena for as long as
/// someone still needs it.
public struct Value: Hashable, Sendable {
    let id: Int
}

/// A feature map (images, height, width, channels) as its reader sees it: a raw tensor and what is applied on the way
/// in. Nothing normalised or activated is ever stored.
package struct Feature {
    package var raw: Value
    package var images: Int
    package var height: Int
    package var width: Int
    package var channels: Int
    package var normalization: Normalization?
    package var activation = Activation.identity
    /// (images, channels), multiplied last.
    var gate: Value?

    package init(
        raw: Value, images: Int, height: Int, width: Int, channels: Int, normalization: Normalization? = nil,
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
    package var rows: Int { images * rowsPerImage }
    package var shape: [Int] { [images, height, width, channels] }
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

    /// Called once, by the operation that reads the normalised tensor.
    func leaveSums(_ graph: Graph, blocks: Int) -> Value {
        precondition(sums == nil, "a normalised tensor has one reader")
        let value = graph.value([blocks, 2, channels])
        sums = (value, blocks)
        return value
    }
}
