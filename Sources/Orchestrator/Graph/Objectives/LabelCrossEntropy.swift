import OssicleKernels

/// Softmax cross-entropy with labels, averaged over the rows that have a label (label ≥ 0):
///
///     L = (1/|labeled|) Σ_{i labeled} [logsumexp_c s_ic − s_i,label(i)]
package final class LabelCrossEntropy: Objective {
    package let name = "objective"
    package let term = "label"
    package let weight: Float
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    /// The labels, (rows), as 32-bit integers.
    package let labels: Value
    private let input: Value
    private let gradient: Value
    /// The gradient of the unweighted loss, which the forward pass computes.
    private let slope: Value
    private let crossEntropy: CrossEntropyKernel

    /// - Parameter input: the logits, (rows, classes).
    package init(_ graph: Graph, _ input: Value, weight: Float = 1) {
        self.weight = weight
        let shape = graph.shape(input)
        self.input = input
        labels = graph.feed(.labels, [shape[0]])
        gradient = graph.gradient(input)
        slope = graph.value(shape)
        crossEntropy = CrossEntropyKernel(rows: shape[0], columns: shape.last ?? 1)
    }

    package var forwardAccess: [Value] { [input, labels, slope] }
    package var backwardAccess: [Value] { [slope, gradient] }
    package var contributions: [Value] { [gradient] }
    package var memory: WorkingMemory { crossEntropy.memory }

    /// Computes the loss and its gradient together.
    package func forward(_ run: borrowing Run) {
        value = crossEntropy(
            run.execution, logits: run(input), labels: run(labels), gradient: run(slope), workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        let (slope, gradient) = (run(slope), run(gradient))
        if run.beta(self, self.gradient) == 0 { gradient.fill(0) }
        for i in 0..<gradient.count { gradient[i] += weight * slope[i] }
    }
}
