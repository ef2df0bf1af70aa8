import OssicleKernels

/// The loss of COLA with bilinear similarity. The views z = (A; P) are the anchors A, then the positives P, both
/// (B, D):
///
///     S = A·W·Pᵀ,   L = (1/B) Σ_i [logsumexp_j S_ij − S_ii]
///     G = (softmax_rows(S) − I)/B,   dA = G·P·Wᵀ,   dP = Gᵀ·A·W,   dW = Aᵀ·G·P
///
/// The loss has one direction, from anchors to positives, and no temperature. Other anchors are not negatives.
/// *Reference:* Saeed et al., ICASSP 2021, eq. 1–2.
package final class BilinearContrast: Objective {
    package let name = "objective"
    package let term = "clip"
    package let weight: Float
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    private let input: Value
    private let batch: Int
    private let width: Int
    private let similarity: Parameter
    /// A·W, and in the backward pass G·P.
    private let transformed: Value
    /// S, then G.
    private let logits: Value
    private let gradient: Value
    private let crossEntropy: CrossEntropyKernel
    private let products: Products

    private struct Products {
        let transform: MatrixProduct
        let compare: MatrixProduct
        let dPositives: MatrixProduct
        let mix: MatrixProduct
        let dAnchors: MatrixProduct
        let dWeights: MatrixProduct
        init(_ batch: Int, _ width: Int) {
            transform = MatrixProduct(rows: batch, columns: width, inner: width)
            compare = MatrixProduct(rows: batch, columns: batch, inner: width, transposeB: true)
            dPositives = MatrixProduct(rows: batch, columns: width, inner: batch, transposeA: true)
            mix = MatrixProduct(rows: batch, columns: width, inner: batch)
            dAnchors = MatrixProduct(rows: batch, columns: width, inner: width, transposeB: true)
            dWeights = MatrixProduct(rows: width, columns: width, inner: batch, transposeA: true)
        }
        var all: [MatrixProduct] { [transform, compare, dPositives, mix, dAnchors, dWeights] }
    }

    /// - Parameters:
    ///   - input: (2B, D). Further rows are allowed and not used.
    ///   - batch: B.
    package init(_ graph: Graph, _ input: Value, batch: Int, weight: Float = 1) {
        let shape = graph.shape(input)
        self.input = input
        self.batch = batch
        self.weight = weight
        width = shape[shape.count - 1]
        similarity = Self.similarity(graph, width: width)
        transformed = graph.value([batch, width])
        logits = graph.value([batch, batch])
        gradient = graph.gradient(input)
        crossEntropy = CrossEntropyKernel(rows: batch, columns: batch)
        products = Products(batch, width)
    }

    /// The parameter W, (width, width).
    package static func similarity(_ graph: Graph, width: Int) -> Parameter {
        graph.parameter("similarity.weight", [width, width], .normal(deviation: 0.05))
    }

    package var forwardAccess: [Value] { [input, transformed, logits] }
    package var backwardAccess: [Value] { [input, transformed, logits, gradient] }
    package var contributions: [Value] { [gradient] }
    package var memory: WorkingMemory { .largest(products.all.map(\.memory) + [crossEntropy.memory]) }

    package func forward(_ run: borrowing Run) {
        let (anchors, positives) = halves(run(input))
        let workspace = run.workspace
        products.transform(run.execution, anchors, run(similarity), into: run(transformed), workspace: workspace)
        products.compare(run.execution, run(transformed), positives, into: run(logits), workspace: workspace)
        value = crossEntropy(
            run.execution, logits: run(logits), labels: nil, gradient: run(logits), workspace: workspace)
    }

    package func backward(_ run: borrowing Run) {
        let (anchors, positives) = halves(run(input))
        let (dAnchors, dPositives) = halves(run(gradient))
        let (g, mixed, w) = (run(logits), run(transformed), run(similarity))
        let (workspace, beta) = (run.workspace, run.beta(self, gradient))
        products.dPositives(
            run.execution, alpha: weight, g, mixed, beta: beta, into: dPositives, workspace: workspace)
        products.mix(run.execution, alpha: weight, g, positives, into: mixed, workspace: workspace)
        products.dAnchors(run.execution, mixed, w, beta: beta, into: dAnchors, workspace: workspace)
        products.dWeights(run.execution, anchors, mixed, into: run.gradient(similarity), workspace: workspace)
        if beta == 0 { run(gradient).clear(from: 2 * batch * width) }
    }

    private func halves(_ views: Buffer) -> (Buffer, Buffer) {
        (views.slice(0, batch * width), views.slice(batch * width, batch * width))
    }
}
