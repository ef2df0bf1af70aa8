import OssicleBase
import OssicleKernels

/// y = BN(raw)·s + residual: the end of a block that adds to its input. The sum is stored; the block before, where it
/// adds nothing, is read as it lies.
///
/// s is 1, or with drop-connect 0 for an image whose branch is dropped and 1/(1 − p) for the others.
/// Backward, the gradient of y *is* the one of the normalised branch (times s, applied by its reader) and of the
/// residual: all three share memory, and the branch's first convolution adds to it last.
/// *Reference:* Huang et al., "Deep networks with stochastic depth", ECCV 2016.
package final class NormalizeAdd: Operation {
    package let name: String
    package let output: Value
    /// The branch's output as its convolution has to see it in the backward pass.
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
    ///   - residual: stored, or normalised by its readers; not activated.
    ///   - blockIndex: keys the draw of drop-connect.
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
