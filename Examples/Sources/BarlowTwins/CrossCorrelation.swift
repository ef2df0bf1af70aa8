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
        for view in 0..<2 {
            standardize(
                half(run(input), view), half(run(standardized), view),
                run(inverseDeviation).slice(view * width, width))
        }
        let (a, b) = (half(run(standardized), 0), half(run(standardized), 1))
        let c = run(correlation)
        correlate(run.execution, alpha: 1 / Float(clips), a, b, into: c, workspace: run.workspace)
        var (loss, correct) = (0.0, 0)
        for i in 0..<width {
            let own = c[i * width + i]
            var isLargest = true
            for j in 0..<width {
                let place = i * width + j
                let value = c[place]
                if i == j {
                    loss += Double((1 - value) * (1 - value))
                    c[place] = -2 * (1 - value)
                } else {
                    loss += Double(redundancyWeight * value * value)
                    isLargest = isLargest && value < own
                    c[place] = 2 * redundancyWeight * value
                }
            }
            if isLargest { correct += 1 }
        }
        value = LossValue(loss: loss, correct: correct, rows: width)
    }

    public func backward(_ run: borrowing Run) {
        let (z, dz, g) = (run(standardized), run(standardizedGradient), run(correlation))
        let scale = weight / Float(clips)
        spreadToAnchors(run.execution, alpha: scale, half(z, 1), g, into: half(dz, 0), workspace: run.workspace)
        spreadToPositives(run.execution, alpha: scale, half(z, 0), g, into: half(dz, 1), workspace: run.workspace)
        for view in 0..<2 {
            standardizeBackward(
                half(z, view), half(dz, view), run(inverseDeviation).slice(view * width, width),
                half(run(gradient), view), beta: run.beta(self, gradient))
        }
    }

    private func half(_ buffer: Buffer, _ view: Int) -> Buffer { buffer.slice(view * clips * width, clips * width) }

    private func standardize(_ x: Buffer, _ y: Buffer, _ inverse: Buffer) {
        for column in 0..<width {
            var (sum, squares) = (0.0, 0.0)
            for row in 0..<clips { sum += Double(x[row * width + column]) }
            let mean = Float(sum / Double(clips))
            for row in 0..<clips {
                let difference = Double(x[row * width + column] - mean)
                squares += difference * difference
            }
            inverse[column] = Float(1 / (squares / Double(clips) + 1e-5).squareRoot())
            for row in 0..<clips { y[row * width + column] = (x[row * width + column] - mean) * inverse[column] }
        }
    }

    private func standardizeBackward(_ y: Buffer, _ dy: Buffer, _ inverse: Buffer, _ dx: Buffer, beta: Float) {
        for column in 0..<width {
            var (sum, product) = (0.0, 0.0)
            for row in 0..<clips {
                let place = row * width + column
                sum += Double(dy[place])
                product += Double(dy[place]) * Double(y[place])
            }
            let (mean, projection) = (Float(sum / Double(clips)), Float(product / Double(clips)))
            for row in 0..<clips {
                let place = row * width + column
                let slope = inverse[column] * (dy[place] - mean - y[place] * projection)
                // With beta 0 the place may hold anything, even NaN.
                dx[place] = beta == 0 ? slope : dx[place] + slope
            }
        }
    }
}
