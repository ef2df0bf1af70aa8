import CKernels

/// A 1×1 convolution, or a dense layer over rows (ck_pointwise.h).
package struct PointwiseKernel {
    private var plan = ck_pointwise()

    /// Plans the computation.
    ///
    /// - Parameters:
    ///   - rows: the number of rows.
    ///   - inner: the number of input values in each row.
    ///   - outer: the number of output values in each row.
    ///   - rowsPerImage: the number of rows that belong to the same image and share a gate.
    package init(rows: Int, inner: Int, outer: Int, rowsPerImage: Int) {
        expectPlanned(ck_pointwise_plan(&plan, rows, inner, outer, rowsPerImage), "pointwise \(rows)×\(inner)→\(outer)")
    }

    package var statisticsBlocks: Int { plan.statistics_blocks }
    package var memory: WorkingMemory {
        WorkingMemory(
            workspace: max(plan.forward_workspace_bytes, plan.backward_workspace_bytes), scratch: plan.scratch_bytes)
    }

    package func forward(
        _ execution: Execution, _ x: Operand, weights: Buffer, bias: Buffer?, y: RawBuffer, statistics: Buffer?,
        workspace: Buffer
    ) {
        var (plan, operand, output) = (plan, x.c, y.output(statistics))
        execution { ck_pointwise_forward($0, &plan, &operand, weights.base, bias?.base, &output, workspace.base) }
    }

    package func backward(
        _ execution: Execution, _ x: Operand, weights: Buffer, dy: RawGradient, dx: Buffer?, beta: Float,
        dWeights: Buffer, dBias: Buffer?, workspace: Buffer
    ) {
        var (plan, operand, gradient) = (plan, x.c, dy.pointers)
        var results = ck_pointwise_gradients(
            dx: dx?.base, update: ck_update(beta: beta), dw: dWeights.base, dbias: dBias?.base)
        execution {
            ck_pointwise_backward($0, &plan, &operand, weights.base, &gradient, &results, workspace.base)
        }
    }
}
