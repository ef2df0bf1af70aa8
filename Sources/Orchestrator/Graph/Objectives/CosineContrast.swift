import OssicleKernels

/// The loss of COLA with cosine similarity. The views z = (A; P) are unit vectors: the anchors A, then the positives P:
///
///     S = A·Pᵀ / τ,   L = (1/B) Σ_i [logsumexp_j S_ij − S_ii]
///     G = (softmax_rows(S) − I)/B,   dA = G·P/τ,   dP = Gᵀ·A/τ
///
/// A separate operation normalizes the vectors before this one. *Reference:* Saeed et al., ICASSP 2021, §4.
package final class CosineContrast: Objective {
    package let name = "objective"
    package let term = "clip"
    package let weight: Float
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    private let input: Value
    private let batch: Int
    private let width: Int
    private let temperature: Float
    private let logits: Value
    private let gradient: Value
    private let crossEntropy: CrossEntropyKernel
    private let compare: MatrixProduct
    private let dAnchors: MatrixProduct
    private let dPositives: MatrixProduct

    /// - Parameters:
    ///   - input: (2B, D), rows of length 1. Further rows are allowed and not used.
    ///   - batch: B.
    package init(_ graph: Graph, _ input: Value, batch: Int, temperature: Float, weight: Float = 1) {
        let shape = graph.shape(input)
        self.input = input
        self.temperature = temperature
        self.batch = batch
        self.weight = weight
        width = shape[shape.count - 1]
        logits = graph.value([batch, batch])
        gradient = graph.gradient(input)
        crossEntropy = CrossEntropyKernel(rows: batch, columns: batch)
        compare = MatrixProduct(rows: batch, columns: batch, inner: width, transposeB: true)
        dAnchors = MatrixProduct(rows: batch, columns: width, inner: batch)
        dPositives = MatrixProduct(rows: batch, columns: width, inner: batch, transposeA: true)
    }

    package var forwardAccess: [Value] { [input, logits] }
    package var backwardAccess: [Value] { [input, logits, gradient] }
    package var contributions: [Value] { [gradient] }
    package var memory: WorkingMemory {
        .largest([compare.memory, dAnchors.memory, dPositives.memory, crossEntropy.memory])
    }

    package func forward(_ run: borrowing Run) {
        let views = run(input)
        compare(
            run.execution, alpha: 1 / temperature, views.slice(0, batch * width),
            views.slice(batch * width, batch * width), into: run(logits), workspace: run.workspace)
        value = crossEntropy(
            run.execution, logits: run(logits), labels: nil, gradient: run(logits), workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        let (views, gradients, g) = (run(input), run(gradient), run(logits))
        let (half, beta) = (batch * width, run.beta(self, gradient))
        dAnchors(
            run.execution, alpha: weight / temperature, g, views.slice(half, half), beta: beta,
            into: gradients.slice(0, half), workspace: run.workspace)
        dPositives(
            run.execution, alpha: weight / temperature, g, views.slice(0, half), beta: beta,
            into: gradients.slice(half, half), workspace: run.workspace)
        if beta == 0 { gradients.clear(from: 2 * half) }
    }
}
