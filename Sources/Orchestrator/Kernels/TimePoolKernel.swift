import CKernels

/// Mean and maximum over time of a map whose mel axis is kept (ck_time_pool.h).
package struct TimePoolKernel {
    private var plan: ck_time_pool

    /// - Parameters:
    ///   - frames: rows of the map in time, and `bands` columns of it.
    ///   - groups: bands are averaged down to as many.
    ///   - stride: values from one image's part of the output to the next image's.
    package init(images: Int, frames: Int, bands: Int, channels: Int, groups: Int, stride: Int) {
        plan = ck_time_pool(N: images, T: frames, W: bands, C: channels, G: groups, stride: stride)
        expectPlanned(ck_time_pool_check(&plan), "pooling of \(images)×\(frames)×\(bands)×\(channels) over time")
    }

    /// - Parameters:
    ///   - mean: receives (images, groups, channels), `stride` apart; `maximum` likewise.
    ///   - index: receives the places of the maxima, for the backward pass.
    package func forward(_ execution: Execution, _ x: Operand, mean: Buffer, maximum: Buffer?, index: Buffer?) {
        var (operand, plan) = (x.c, plan)
        execution { ck_time_pool_forward($0, &plan, &operand, mean.base, maximum?.base, index?.integers) }
    }

    package func backward(
        _ execution: Execution, _ x: Operand, dMean: Buffer, dMaximum: Buffer, index: Buffer, dz: Buffer, sums: Buffer?
    ) {
        var (operand, plan) = (x.c, plan)
        execution {
            ck_time_pool_backward(
                $0, &plan, &operand, dMean.base, dMaximum.base, index.integers, dz.base, sums?.base)
        }
    }
}
