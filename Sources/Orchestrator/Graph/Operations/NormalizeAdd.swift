import OssicleBase
import OssicleKernels

/// The end of a block with a residual connection: y = BN(raw)·s + residual.
///
/// The sum is stored. The residual may be the output of a block without a residual connection. That output is not
/// stored in normalized form, and this operation normalizes it while reading.
///
/// s is 1. With drop-connect of probability p, s is 0 for an image whose branch is dropped, and 1/(1 − p) for the other
/// images.
///
/// In the backward pass, the gradient of y is equal to the gradient of the residual. It is also equal to the gradient
/// of the normalized branch, apart from the factor s, which the reader of that gradient applies. The three gradients
/// therefore share memory. The first convolution of the branch is the last operation that adds to it.
/// *Reference:* Huang et al., "Deep networks with stochastic depth", ECCV 2016.
package final class NormalizeAdd: Operation {
    package let name: String
    package let output: Value
    /// The factor s of each image, which the last convolution of the branch needs in the backward pass. nil means 1.
    package let imageScale: Value?
    private let branch: RawOutput
    private let normalization: Normalization
    private let residual: Feature
    private let images: Int
    private let rows: Int
    private let dropProbability: Float
    private let blockIndex: Int
    private let sums: Value?
    private let gradient: Value?

    /// - Parameters:
    ///   - residual: a stored feature map, or one that its readers normalize. It has no activation.
    ///   - blockIndex: the number of the block. The random numbers of drop-connect depend on it.
    package init(
        _ graph: Graph, _ name: String, _ branch: RawOutput, residual: Feature, dropProbability: Float, blockIndex: Int
    ) {
        guard let normalization = branch.normalization else { preconditionFailure("\(name) has nothing to normalise") }
        precondition(residual.activation == .identity && residual.gate == nil, "\(name) adds what is activated")
        let shape = graph.shape(branch.raw)
        self.name = name
        self.branch = branch
        self.normalization = normalization
        self.residual = residual
        self.dropProbability = dropProbability
        self.blockIndex = blockIndex
        images = shape[0]
        rows = shape[1] * shape[2]
        output = graph.value(shape)
        imageScale = graph.training && dropProbability > 0 ? graph.value([images]) : nil
        guard graph.training else {
            sums = nil
            gradient = nil
            return
        }
        let blocks = NormalizationKernel.imageBlocks(images: images, rows: rows, channels: shape[3])
        sums = normalization.leaveSums(graph, blocks: blocks)
        gradient = graph.gradient(output)
        graph.alias(graph.gradient(branch.raw), to: graph.gradient(output))
        graph.alias(graph.gradient(residual.raw), to: graph.gradient(output))
    }

    private var optionals: [Value] { [imageScale].compactMap { $0 } }
    package var forwardAccess: [Value] {
        [branch.raw, normalization.scale, normalization.shift, output] + residual.access + optionals
    }
    package var backwardAccess: [Value] { [branch.raw] + [gradient, sums].compactMap { $0 } + optionals }

    package func forward(_ run: borrowing Run) {
        if let imageScale {
            let scales = run(imageScale)
            for image in 0..<images {
                var random = RandomStream(
                    seed: run.seed, purpose: .dropConnect, epoch: run.step, clip: image, view: blockIndex)
                scales[image] = random.uniform() < dropProbability ? 0 : 1 / (1 - dropProbability)
            }
        }
        let x = Operand(x: run.raw(branch.raw), scale: run(normalization.scale), shift: run(normalization.shift))
        NormalizationKernel.addForward(
            run.execution, images: images, rows: rows, channels: normalization.channels, x,
            imageScale: run(imageScale), residual: run.operand(residual), y: run(output))
    }

    package func backward(_ run: borrowing Run) {
        guard let gradient, let sums else { return }
        NormalizationKernel.addBackward(
            run.execution, images: images, rows: rows, channels: normalization.channels, dy: run(gradient),
            Operand(x: run.raw(branch.raw)), imageScale: run(imageScale), sums: run(sums))
    }
}
