import CKernels

/// LayerNorm with an optional tanh over rows (ck_layernorm.h).
package struct LayerNormKernel {
    private var plan = ck_layernorm()

    package init(rows: Int, width: Int, epsilon: Float, tanh: Bool) {
        expectPlanned(
            ck_layernorm_plan(&plan, rows, width, epsilon, tanh ? CK_ROW_TANH : CK_ROW_IDENTITY),
            "layer normalisation \(rows)×\(width)")
    }

    package var memory: WorkingMemory { WorkingMemory(workspace: plan.workspace_bytes) }

    package func forward(
        _ execution: Execution, _ x: Buffer, gamma: Buffer, beta: Buffer, y: Buffer, mean: Buffer,
        inverseDeviation: Buffer
    ) {
        var plan = plan
        execution {
            ck_layernorm_forward($0, &plan, x.base, gamma.base, beta.base, y.base, mean.base, inverseDeviation.base)
        }
    }

    package func backward(
        _ execution: Execution, _ x: Buffer, gamma: Buffer, mean: Buffer, inverseDeviation: Buffer, y: Buffer,
        dy: Buffer, dx: Buffer, beta: Float, dGamma: Buffer, dBeta: Buffer, workspace: Buffer
    ) {
        var plan = plan
        var kept = ck_layernorm_kept(
            x: x.base, gamma: gamma.base, y: y.base, mean: mean.base, inv_std: inverseDeviation.base)
        execution {
            ck_layernorm_backward(
                $0, &plan, &kept, dy.base, dx.base, ck_update(beta: beta), dGamma.base, dBeta.base, workspace.base)
        }
    }
}

/// y = x/‖x‖ over rows (ck_layernorm.h).
package struct L2NormalizeKernel {
    package let rows: Int
    let width: Int

    package init(rows: Int, width: Int) {
        (self.rows, self.width) = (rows, width)
        expectPlanned(ck_layernorm_check(rows, width), "l2 normalisation \(rows)×\(width)")
    }

    package func forward(_ execution: Execution, _ x: Buffer, y: Buffer, inverseNorm: Buffer) {
        execution { ck_l2_normalize_forward($0, rows, width, x.base, y.base, inverseNorm.base) }
    }

    package func backward(_ execution: Execution, y: Buffer, inverseNorm: Buffer, dy: Buffer, dx: Buffer, beta: Float) {
        execution {
            ck_l2_normalize_backward($0, rows, width, y.base, inverseNorm.base, dy.base, dx.base, ck_update(beta: beta))
        }
    }
}

/// C := beta·C + alpha·op(A)·op(B) over dense row-major matrices of floats (ck_gemm.h). op(X) is X or its transpose.
public struct MatrixProduct {
    private var plan = ck_gemm()

    /// - Parameters:
    ///   - rows: of op(A) and of C.
    ///   - columns: of op(B) and of C.
    ///   - inner: columns of op(A), rows of op(B).
    ///   - transposeA: whether A is stored transposed, (inner, rows).
    ///   - transposeB: whether B is stored transposed, (columns, inner).
    public init(rows: Int, columns: Int, inner: Int, transposeA: Bool = false, transposeB: Bool = false) {
        expectPlanned(
            ck_gemm_plan(&plan, rows, columns, inner, transposeA ? 1 : 0, transposeB ? 1 : 0),
            "product \(rows)×\(inner)×\(columns)")
    }

    /// What an operation that calls the product returns as its ``Operation/memory``.
    public var memory: WorkingMemory { WorkingMemory(workspace: plan.workspace_bytes, scratch: plan.scratch_bytes) }

    /// - Parameter workspace: ``Run/workspace``.
    public func callAsFunction(
        _ execution: Execution, alpha: Float = 1, _ a: Buffer, _ b: Buffer, beta: Float = 0, into c: Buffer,
        workspace: Buffer
    ) {
        var plan = plan
        let lda = plan.transpose_a != 0 ? plan.M : plan.K
        let ldb = plan.transpose_b != 0 ? plan.K : plan.N
        execution {
            ck_gemm_run($0, &plan, alpha, a.base, lda, b.base, ldb, beta, c.base, plan.N, workspace.base)
        }
    }
}

/// Mean loss over the rows that count, and how many of them were right.
public struct LossValue: Sendable {
    public var loss: Double
    public var correct: Int
    public var rows: Int

    public init(loss: Double, correct: Int, rows: Int) {
        self.loss = loss
        self.correct = correct
        self.rows = rows
    }
    public var accuracy: Double { rows > 0 ? Double(correct) / Double(rows) : 0 }
}

/// Softmax cross-entropy and its gradient (ck_loss.h).
package struct CrossEntropyKernel {
    let rows: Int
    let columns: Int

    package init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        expectPlanned(ck_layernorm_check(rows, columns), "cross-entropy \(rows)×\(columns)")
    }

    package var memory: WorkingMemory { WorkingMemory(workspace: rows * 16) }

    /// - Parameters:
    ///   - logits: (rows, columns); `gradient` may be the same buffer.
    ///   - labels: integers below `columns`, one a row, below 0 for a row that takes no part; nil: row m belongs to
    ///     column m.
    package func callAsFunction(
        _ execution: Execution, logits: Buffer, labels: Buffer?, gradient: Buffer?, workspace: Buffer
    ) -> LossValue {
        var result = ck_loss_result()
        expectPlanned(
            ck_softmax_cross_entropy_check(rows, columns, labels?.integers), "labels of \(rows) rows of \(columns)")
        execution {
            ck_softmax_cross_entropy(
                $0, rows, columns, logits.base, labels?.integers, gradient?.base, &result, workspace.base)
        }
        return LossValue(loss: result.loss, correct: result.correct, rows: result.rows)
    }
}
