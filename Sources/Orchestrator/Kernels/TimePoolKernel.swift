import CKernels

/// The mean and the maximum of a feature map over time. The mel axis is kept (ck_time_pool.h).
package struct TimePoolKernel {
    private var plan: ck_time_pool

    /// Plans the pooling.
    ///
    /// - Parameters:
    ///   - frames: the number of frames of the feature map (its rows).
    ///   - bands: the number of mel bands of the feature map (its columns).
    ///   - groups: the number of groups of neighboring bands. Each group is pooled to one value.
    ///   - stride: the distance between the outputs of two neighboring images, in floats.
    package init(images: Int, frames: Int, bands: Int, channels: Int, groups: Int, stride: Int) {
        plan = ck_time_pool(N: images, T: frames, W: bands, C: channels, G: groups, stride: stride)
        expectPlanned(ck_time_pool_check(&plan), "pooling of \(images)×\(frames)×\(bands)×\(channels) over time")
    }

    /// Computes the means and, if `maximum` is given, the maxima.
    ///
    /// - Parameters:
    ///   - mean: receives (images, groups, channels). The values of neighboring images are `stride` floats apart.
    ///   - maximum: receives the maxima in the same layout.
    ///   - index: receives the positions of the maxima, which the backward pass needs.
    package func forward(_ execution: Execution, _ x: Operand, mean: Buffer, maximum: Buffer?, index: Buffer?) {
        var (operand, plan) = (x.c, plan)
        execution { ck_time_pool_forward($0, &plan, &operand, mean.base, maximum?.base, index?.integers) }
    }

    package func backward(
        _ execution: Execution, _ x: Operand, dMean: Buffer, dMaximum: Buffer, index: Buffer, dz: Buffer, sums: Buffer?
    ) {
        var (operand, plan) = (x.c, plan)
        var gradient = ck_time_pool_gradient(dmean: dMean.base, dmax: dMaximum.base, index: index.integers)
        execution { ck_time_pool_backward($0, &plan, &operand, &gradient, dz.base, sums?.base) }
    }
}
