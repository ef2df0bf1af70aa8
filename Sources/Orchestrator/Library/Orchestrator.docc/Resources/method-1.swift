import Orchestrator

/// The loss of Barlow Twins, over the projections a and b (clips, width) of the two views of all clips:
///
///     â, b̂ = a and b, each column with mean 0 and variance 1 over the clips
///     C = âᵀ·b̂ / clips
///     L = Σ_i (1 − C_ii)² + λ Σ_{i≠j} C_ij²
///
/// and its gradient:
///
///     G_ii = −2·(1 − C_ii),   G_ij = 2·λ·C_ij,   dâ = b̂·Gᵀ / clips,   db̂ = â·G / clips
///     da_j = (dâ_j − mean(dâ_j) − â_j · mean(dâ_j · â_j)) / σ_j      for each column j
///
/// The accuracy is the share of values that have their largest correlation with themselves.
public final class CrossCorrelation: Objective {
    public let name = "objective"
    public let term = "clip"
    public private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)

    private let redundancyWeight: Float
    private let clips: Int
    private let width: Int
    private let input: Value
    private let gradient: Value
    /// â, then b̂; and their gradients.
    private let standardized: Value
    private let standardizedGradient: Value
    /// 1/σ of the columns of a, then of b.
    private let inverseDeviation: Value
    /// C, which the forward pass replaces by G.
    private let correlation: Value
    private let correlate: MatrixProduct
    private let spreadToAnchors: MatrixProduct
    private let spreadToPositives: MatrixProduct

    /// - Parameters:
    ///   - input: (2 · clips, width): the anchors of all clips, then their positives.
    ///   - redundancyWeight: λ.
    public init(_ graph: Graph, _ input: Value, redundancyWeight: Float) {
        let shape = graph.shape(input)
        (clips, width) = (shape[0] / 2, shape[1])
        self.input = input
        self.redundancyWeight = redundancyWeight
        gradient = graph.gradient(input)
        standardized = graph.value(shape)
        standardizedGradient = graph.value(shape)
        inverseDeviation = graph.value([2, width])
        correlation = graph.value([width, width])
        correlate = MatrixProduct(rows: width, columns: width, inner: clips, transposeA: true)
        spreadToAnchors = MatrixProduct(rows: clips, columns: width, inner: width, transposeB: true)
        spreadToPositives = MatrixProduct(rows: clips, columns: width, inner: width)
    }

    public var forwardAccess: [Value] { [input, standardized, inverseDeviation, correlation] }
    public var backwardAccess: [Value] {
        [standardized, standardizedGradient, inverseDeviation, correlation, gradient]
    }
    public var contributions: [Value] { [gradient] }
    public var memory: WorkingMemory {
        .largest([correlate.memory, spreadToAnchors.memory, spreadToPositives.memory])
    }

    public func forward(_ run: borrowing Run) {
    }

    public func backward(_ run: borrowing Run) {
    }
}
