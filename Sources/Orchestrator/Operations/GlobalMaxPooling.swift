/// h(n, c) = the largest activated value of channel c anywhere in image n; the gradient goes to that place alone.
final class GlobalMaxPooling: Operation {
    let name: String
    /// (images, channels).
    let output: Value
    private let input: Feature
    private let kernel: GlobalMaxKernel
    private let index: Value
    private let backwardValues: (dz: Value, sums: Value, dy: Value)?

    init(_ graph: Graph, _ name: String, _ input: Feature) {
        self.name = name
        self.input = input
        kernel = GlobalMaxKernel(images: input.images, rows: input.rowsPerImage, channels: input.channels)
        output = graph.value([input.images, input.channels])
        index = graph.value([input.images, input.channels])
        guard graph.training, let normalization = input.normalization else {
            backwardValues = nil
            return
        }
        let blocks = NormalizationKernel.imageBlocks(
            images: input.images, rows: input.rowsPerImage, channels: input.channels)
        backwardValues = (
            graph.gradient(input.raw), normalization.leaveSums(graph, blocks: blocks), graph.gradient(output)
        )
    }

    var forwardAccess: [Value] { input.access + [output, index] }
    var backwardAccess: [Value] {
        guard let backwardValues else { return [] }
        return input.access + [index, backwardValues.dz, backwardValues.sums, backwardValues.dy]
    }

    func forward(_ run: borrowing Run) {
        kernel.forward(run.execution, run.operand(input), y: run(output), index: run(index))
    }

    func backward(_ run: borrowing Run) {
        guard let backwardValues else { return }
        kernel.backward(
            run.execution, run.operand(input), dy: run(backwardValues.dy), index: run(index),
            dz: run(backwardValues.dz), sums: run(backwardValues.sums))
    }
}
