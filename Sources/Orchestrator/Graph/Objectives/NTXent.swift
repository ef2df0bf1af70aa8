import OssicleKernels

/// The normalized temperature-scaled cross-entropy (NT-Xent) over all 2B views, which are unit vectors z:
///
///     S = z·zᵀ / τ without its diagonal,   L = 1/(2B) Σ_i [logsumexp_{k ≠ i} S_ik − S_i,p(i)],   p(i) = (i + B) mod 2B
///     G = (softmax_rows(S) − P) / (2B),   dz = (G + Gᵀ)·z / τ
///
/// *Reference:* Chen, Kornblith, Norouzi, Hinton, "A simple framework for contrastive learning of visual
/// representations", ICML 2020; as used by CLAR (Al-Tahan, Mohsenzadeh, AISTATS 2021).
package final class NTXent: Objective {
    package let name = "objective"
    package let term = "clip"
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    private let input: Value
    private let views: Int
    private let width: Int
    private let temperature: Float
    private let logits: Value
    private let partners: Value
    private let gradient: Value
    private let crossEntropy: CrossEntropyKernel
    private let compare: MatrixProduct
    private let mix: MatrixProduct
    private let mixTransposed: MatrixProduct
    /// The similarity that excludes a view from the softmax of its own row: its exponential is 0.
    private static let excluded: Float = -1e30

    /// - Parameter input: (2B, D), rows of length 1: all anchors, then their positives in the same order.
    package init(_ graph: Graph, _ input: Value, temperature: Float) {
        let shape = graph.shape(input)
        precondition(shape[0] % 2 == 0, "NT-Xent needs two views of each clip")
        self.input = input
        self.temperature = temperature
        views = shape[0]
        width = shape[shape.count - 1]
        logits = graph.value([views, views])
        partners = graph.value([views])
        gradient = graph.gradient(input)
        crossEntropy = CrossEntropyKernel(rows: views, columns: views)
        compare = MatrixProduct(rows: views, columns: views, inner: width, transposeB: true)
        mix = MatrixProduct(rows: views, columns: width, inner: views)
        mixTransposed = MatrixProduct(rows: views, columns: width, inner: views, transposeA: true)
    }

    package var forwardAccess: [Value] { [input, logits, partners] }
    package var backwardAccess: [Value] { [input, logits, gradient] }
    package var contributions: [Value] { [gradient] }
    package var memory: WorkingMemory {
        .largest([compare.memory, mix.memory, mixTransposed.memory, crossEntropy.memory])
    }

    package func forward(_ run: borrowing Run) {
        let (z, scores, labels) = (run(input), run(logits), run(partners))
        compare(run.execution, alpha: 1 / temperature, z, z, into: scores, workspace: run.workspace)
        for view in 0..<views {
            scores[view * views + view] = Self.excluded
            labels.set(Int32((view + views / 2) % views), at: view)
        }
        value = crossEntropy(
            run.execution, logits: scores, labels: labels, gradient: scores, workspace: run.workspace)
    }

    package func backward(_ run: borrowing Run) {
        let (z, g, dz) = (run(input), run(logits), run(gradient))
        let beta = run.beta(self, gradient)
        mix(run.execution, alpha: 1 / temperature, g, z, beta: beta, into: dz, workspace: run.workspace)
        mixTransposed(run.execution, alpha: 1 / temperature, g, z, beta: 1, into: dz, workspace: run.workspace)
    }
}
