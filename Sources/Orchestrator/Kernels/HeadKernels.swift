import CKernels

/// LayerNorm over rows, with an optional tanh (ck_layernorm.h).
package struct LayerNormKernel {
    private var plan = ck_layernorm()

    package init(rows: Int, width: Int, epsilon: Float, tanh: Bool) {
        expectPlanned(
            ck_layernorm_plan(&plan, ck_rows(M: rows, D: width), epsilon, tanh ? CK_ROW_TANH : CK_ROW_IDENTITY),
            "layer normalisation \(rows)×\(width)")
    }

    package var memory: WorkingMemory { WorkingMemory(workspace: plan.workspace_bytes) }

    package func forward(
        _ execution: Execution, _ x: Buffer, gamma: Buffer, beta: Buffer, y: Buffer, mean: Buffer,
        inverseDeviation: Buffer
    ) {
        var plan = plan
        var outputs = ck_layernorm_outputs(y: y.base, mean: mean.base, inv_std: inverseDeviation.base)
        execution { ck_layernorm_forward($0, &plan, x.base, gamma.base, beta.base, &outputs) }
    }

    package func backward(
        _ execution: Execution, _ x: Buffer, gamma: Buffer, mean: Buffer, inverseDeviation: Buffer, y: Buffer,
        dy: Buffer, dx: Buffer, beta: Float, dGamma: Buffer, dBeta: Buffer, workspace: Buffer
    ) {
        var plan = plan
        var kept = ck_layernorm_kept(
            x: x.base, gamma: gamma.base, y: y.base, mean: mean.base, inv_std: inverseDeviation.base)
        var gradients = ck_layernorm_gradients(
            dx: dx.base, update: ck_update(beta: beta), dgamma: dGamma.base, dbeta: dBeta.base)
        execution { ck_layernorm_backward($0, &plan, &kept, dy.base, &gradients, workspace.base) }
    }
}

/// L2 normalization of rows, y = x/‖x‖ (ck_layernorm.h).
package struct L2NormalizeKernel {
    private let shape: ck_rows

    package init(rows: Int, width: Int) {
        shape = ck_rows(M: rows, D: width)
        expectPlanned(ck_rows_check(shape), "l2 normalisation \(rows)×\(width)")
    }

    package var rows: Int { shape.M }

    package func forward(_ execution: Execution, _ x: Buffer, y: Buffer, inverseNorm: Buffer) {
        execution { ck_l2_normalize_forward($0, shape, x.base, y.base, inverseNorm.base) }
    }

    package func backward(_ execution: Execution, y: Buffer, inverseNorm: Buffer, dy: Buffer, dx: Buffer, beta: Float) {
        execution {
            ck_l2_normalize_backward($0, shape, y.base, inverseNorm.base, dy.base, dx.base, ck_update(beta: beta))
        }
    }
}

/// A product of dense row-major matrices of floats (ck_gemm.h).
///
///     C := beta·C + alpha·op(A)·op(B)
///
/// op(X) is X or its transpose.
public struct MatrixProduct {
    private var plan = ck_gemm()

    /// Plans a product for given shapes.
    ///
    /// - Parameters:
    ///   - rows: the number of rows of op(A) and of C.
    ///   - columns: the number of columns of op(B) and of C.
    ///   - inner: the number of columns of op(A), which is the number of rows of op(B).
    ///   - transposeA: whether A is stored transposed, (inner, rows).
    ///   - transposeB: whether B is stored transposed, (columns, inner).
    public init(rows: Int, columns: Int, inner: Int, transposeA: Bool = false, transposeB: Bool = false) {
        expectPlanned(
            ck_gemm_plan(&plan, rows, columns, inner, transposeA ? 1 : 0, transposeB ? 1 : 0),
            "product \(rows)×\(inner)×\(columns)")
    }

    /// The memory that the product needs. An operation that calls the product returns it as its ``Operation/memory``.
    public var memory: WorkingMemory { WorkingMemory(workspace: plan.workspace_bytes, scratch: plan.scratch_bytes) }

    /// Computes the product.
    ///
    /// The buffers must have at least the planned sizes; otherwise the call traps.
    ///
    /// - Parameters:
    ///   - alpha: the factor of the product.
    ///   - a: the matrix A.
    ///   - b: the matrix B.
    ///   - beta: the factor of the present values of C. If it is 0, they are not read.
    ///   - c: the matrix C. It must not overlap A or B.
    ///   - workspace: ``Run/workspace``.
    public func callAsFunction(
        _ execution: Execution, alpha: Float = 1, _ a: Buffer, _ b: Buffer, beta: Float = 0, into c: Buffer,
        workspace: Buffer
    ) {
        precondition(
            a.count >= plan.M * plan.K && b.count >= plan.K * plan.N && c.count >= plan.M * plan.N
                && workspace.count * 4 >= plan.workspace_bytes, "a buffer of a matrix product is too small")
        var plan = plan
        var operands = ck_gemm_operands(
            alpha: alpha, A: a.base, lda: plan.transpose_a != 0 ? plan.M : plan.K, B: b.base,
            ldb: plan.transpose_b != 0 ? plan.K : plan.N, beta: beta, C: c.base, ldc: plan.N)
        execution { ck_gemm_run($0, &plan, &operands, workspace.base) }
    }
}

/// The value of a loss, and the number of rows whose answer is correct. Rows that take no part are not counted.
public struct LossValue: Sendable {
    /// The mean loss over the counted rows.
    public var loss: Double
    /// The number of counted rows whose answer is correct.
    public var correct: Int
    /// The number of counted rows.
    public var rows: Int

    public init(loss: Double, correct: Int, rows: Int) {
        self.loss = loss
        self.correct = correct
        self.rows = rows
    }
    /// The share of correct answers, or 0 if no rows are counted.
    public var accuracy: Double { rows > 0 ? Double(correct) / Double(rows) : 0 }
}

/// Softmax cross-entropy and its gradient (ck_loss.h).
package struct CrossEntropyKernel {
    let rows: Int
    let columns: Int

    package init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        expectPlanned(ck_rows_check(ck_rows(M: rows, D: columns)), "cross-entropy \(rows)×\(columns)")
    }

    package var memory: WorkingMemory { WorkingMemory(workspace: rows * 16) }

    /// Computes the loss and, if `gradient` is given, the gradient of the logits.
    ///
    /// - Parameters:
    ///   - logits: (rows, columns). `gradient` may be the same buffer.
    ///   - labels: one integer below `columns` for each row. A row with a negative label takes no part. If `labels` is
    ///     nil, the label of row m is m.
    package func callAsFunction(
        _ execution: Execution, logits: Buffer, labels: Buffer?, gradient: Buffer?, workspace: Buffer
    ) -> LossValue {
        var result = ck_loss_result()
        var loss = ck_cross_entropy(M: rows, N: columns, labels: labels?.integers)
        expectPlanned(ck_softmax_cross_entropy_check(&loss), "labels of \(rows) rows of \(columns)")
        execution {
            ck_softmax_cross_entropy($0, &loss, logits.base, gradient?.base, &result, workspace.base)
        }
        return LossValue(loss: result.loss, correct: result.correct, rows: result.rows)
    }
}
