import OssicleKernels

/// The backward sums of a normalized tensor with several readers. It ends a block without a residual connection.
///
/// The normalized output of such a block is not stored, and several operations may read it. None of them computes the
/// sums Σ dz and Σ dz·raw, which the backward pass of the batch normalization needs. This operation computes them after
/// the gradients of all readers have been added.
package final class SharedNormalization: Operation {
    package let name: String
    private let branch: RawOutput
    private let normalization: Normalization
    private let images: Int
    private let rows: Int
    private let gradient: Value
    private let sums: Value

    /// Record it before the readers, and in training only: inference needs no sums.
    package init(_ graph: Graph, _ name: String, _ branch: RawOutput) {
        guard let normalization = branch.normalization else { preconditionFailure("\(name) has nothing to normalise") }
        self.name = name
        self.branch = branch
        self.normalization = normalization
        let shape = graph.shape(branch.raw)
        images = shape[0]
        rows = shape[1] * shape[2]
        gradient = graph.gradient(branch.raw)
        sums = normalization.leaveSumsForAllReaders(
            graph, blocks: NormalizationKernel.imageBlocks(images: images, rows: rows, channels: shape[3]))
    }

    package var forwardAccess: [Value] { [] }
    package var backwardAccess: [Value] { [branch.raw, gradient, sums] }

    package func forward(_ run: borrowing Run) {}

    package func backward(_ run: borrowing Run) {
        NormalizationKernel.addBackward(
            run.execution, images: images, rows: rows, channels: normalization.channels, dy: run(gradient),
            Operand(x: run.raw(branch.raw)), imageScale: nil, sums: run(sums))
    }
}
