import CKernels

/// Batch normalization: the computations for each channel, and the normalized sum at the end of a block (ck_norm.h).
///
/// In all other places, the operation that reads a feature map applies the scale and the shift to it.
package enum NormalizationKernel {
    /// The tensors of one normalization, with one value for each channel.
    package struct Channels {
        package var gamma: Buffer
        package var beta: Buffer
        package var runningMean: Buffer
        package var runningVariance: Buffer
        package var scale: Buffer
        package var shift: Buffer
        package var mean: Buffer
        package var inverseDeviation: Buffer

        package init(
            gamma: Buffer, beta: Buffer, runningMean: Buffer, runningVariance: Buffer, scale: Buffer, shift: Buffer,
            mean: Buffer, inverseDeviation: Buffer
        ) {
            self.gamma = gamma
            self.beta = beta
            self.runningMean = runningMean
            self.runningVariance = runningVariance
            self.scale = scale
            self.shift = shift
            self.mean = mean
            self.inverseDeviation = inverseDeviation
        }

        fileprivate func norm(rows: Int, epsilon: Float, momentum: Float) -> ck_batchnorm {
            ck_batchnorm(
                M: rows, C: gamma.count, gamma: gamma.base, beta: beta.base, eps: epsilon, momentum: momentum,
                running_mean: runningMean.base, running_variance: runningVariance.base, scale: scale.base,
                shift: shift.base, mean: mean.base, inv_std: inverseDeviation.base)
        }
    }

    package static func forward(
        _ execution: Execution, rows: Int, statistics: Buffer, blocks: Int, epsilon: Float, momentum: Float,
        _ channels: Channels
    ) {
        var norm = channels.norm(rows: rows, epsilon: epsilon, momentum: momentum)
        expectPlanned(ck_batchnorm_check(&norm), "batch normalisation of \(rows) rows")
        execution { ck_batchnorm_forward($0, &norm, statistics.base, blocks) }
    }

    package static func inference(epsilon: Float, _ channels: Channels) {
        var norm = channels.norm(rows: 1, epsilon: epsilon, momentum: 0)
        ck_batchnorm_inference(&norm)
    }

    package static func backward(
        _ execution: Execution, rows: Int, sums: Buffer, blocks: Int, gamma: Buffer, mean: Buffer,
        inverseDeviation: Buffer, dGamma: Buffer, dBeta: Buffer, a: Buffer, b: Buffer, c: Buffer
    ) {
        var norm = ck_batchnorm()
        (norm.M, norm.C, norm.gamma) = (rows, gamma.count, UnsafePointer(gamma.base))
        (norm.mean, norm.inv_std) = (mean.base, inverseDeviation.base)
        var gradients = ck_batchnorm_gradients(
            dgamma: dGamma.base, dbeta: dBeta.base, a: a.base, b: b.base, c: c.base)
        execution { ck_batchnorm_backward($0, &norm, sums.base, blocks, &gradients) }
    }

    /// Returns the number of blocks of the partial sums over `images` images with `rows` rows each.
    package static func imageBlocks(images: Int, rows: Int, channels: Int) -> Int {
        let shape = ck_images(N: images, R: rows, C: channels)
        expectPlanned(ck_images_check(shape), "partial sums of \(images)×\(rows)×\(channels)")
        return ck_image_blocks(shape)
    }

    package static func addForward(
        _ execution: Execution, images: Int, rows: Int, channels: Int, _ x: Operand, imageScale: Buffer?,
        residual: Operand, y: Buffer
    ) {
        var (operand, other) = (x.c, residual.c)
        let shape = ck_images(N: images, R: rows, C: channels)
        execution { ck_normalize_add_forward($0, shape, &operand, imageScale?.base, &other, y.base) }
    }

    package static func addBackward(
        _ execution: Execution, images: Int, rows: Int, channels: Int, dy: Buffer, _ x: Operand, imageScale: Buffer?,
        sums: Buffer
    ) {
        var operand = x.c
        let shape = ck_images(N: images, R: rows, C: channels)
        execution { ck_normalize_add_backward($0, shape, dy.base, &operand, imageScale?.base, sums.base) }
    }
}

/// Squeeze-and-excitation (ck_squeeze_excite.h).
package struct SqueezeExciteKernel {
    private var plan = ck_squeeze_excite()

    package init(images: Int, rows: Int, channels: Int, squeezed: Int) {
        expectPlanned(
            ck_squeeze_excite_plan(&plan, ck_images(N: images, R: rows, C: channels), squeezed),
            "squeeze-and-excitation \(images)×\(rows)×\(channels) → \(squeezed)")
    }

    package struct Weights {
        package var reduce: Buffer
        package var reduceBias: Buffer
        package var expand: Buffer
        package var expandBias: Buffer

        package init(reduce: Buffer, reduceBias: Buffer, expand: Buffer, expandBias: Buffer) {
            self.reduce = reduce
            self.reduceBias = reduceBias
            self.expand = expand
            self.expandBias = expandBias
        }

        fileprivate var pointers: ck_excite_weights {
            ck_excite_weights(w1: reduce.base, b1: reduceBias.base, w2: expand.base, b2: expandBias.base)
        }
    }

    package var memory: WorkingMemory { WorkingMemory(workspace: plan.workspace_bytes) }

    package func forward(
        _ execution: Execution, _ x: Operand, _ weights: Weights, pooled: Buffer, hidden: Buffer, gate: Buffer,
        workspace: Buffer
    ) {
        var (plan, operand, layers) = (plan, x.c, weights.pointers)
        execution {
            ck_squeeze_forward($0, plan.images, &operand, pooled.base)
            ck_excite_forward($0, &plan, &layers, pooled.base, hidden.base, gate.base, workspace.base)
        }
    }

    /// Computes the gradients of the weights and of the normalized tensor.
    ///
    /// - Parameters:
    ///   - x: the operand with its gate.
    ///   - da: on input the gradient of the gated activation, on output the gradient of the normalized tensor.
    package func backward(
        _ execution: Execution, _ x: Operand, _ weights: Weights, _ gradients: Weights, pooled: Buffer, hidden: Buffer,
        gate: Buffer, dGate: Buffer, dPooled: Buffer, da: Buffer, sums: Buffer, workspace: Buffer
    ) {
        var (plan, operand, layers) = (plan, x.c, weights.pointers)
        var kept = ck_excite_kept(pooled: pooled.base, h: hidden.base, gate: gate.base)
        var results = ck_excite_gradients(
            dpooled: dPooled.base, dw1: gradients.reduce.base, db1: gradients.reduceBias.base,
            dw2: gradients.expand.base, db2: gradients.expandBias.base)
        execution {
            ck_gate_backward($0, plan.images, &operand, da.base, dGate.base)
            ck_excite_backward($0, &plan, &layers, &kept, dGate.base, &results, workspace.base)
            ck_squeeze_backward($0, plan.images, &operand, dPooled.base, da.base, sums.base)
        }
    }
}

/// Global pooling: the maximum or the average over all rows of an image (ck_pooling.h).
package struct PoolingKernel {
    private let shape: ck_images

    package init(images: Int, rows: Int, channels: Int) {
        shape = ck_images(N: images, R: rows, C: channels)
        expectPlanned(ck_global_max_check(shape), "pooling \(images)×\(rows)×\(channels)")
    }

    package func maximum(_ execution: Execution, _ x: Operand, y: Buffer, index: Buffer) {
        var operand = x.c
        execution { ck_global_max_forward($0, shape, &operand, y.base, index.integers) }
    }

    package func average(_ execution: Execution, _ x: Operand, y: Buffer) {
        var operand = x.c
        execution { ck_squeeze_forward($0, shape, &operand, y.base) }
    }

    /// Computes the gradient of the maximum or of the average.
    ///
    /// - Parameter index: the indices that `maximum(_:_:y:index:)` has written. It is nil for the average.
    package func backward(_ execution: Execution, _ x: Operand, dy: Buffer, index: Buffer?, dz: Buffer, sums: Buffer?) {
        var operand = x.c
        execution {
            if let index {
                ck_global_max_backward($0, shape, &operand, dy.base, index.integers, dz.base, sums?.base)
            } else {
                ck_global_average_backward($0, shape, &operand, dy.base, dz.base, sums?.base)
            }
        }
    }
}
