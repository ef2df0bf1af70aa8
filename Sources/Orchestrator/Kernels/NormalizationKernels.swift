import CKernels

/// Batch normalisation's per-channel part, and its application where nobody downstream can take it over (ck_norm.h).
package enum NormalizationKernel {
    /// The per-channel tensors of one normalisation.
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
    }

    package static func forward(
        _ execution: Execution, rows: Int, statistics: Buffer, blocks: Int, epsilon: Float, momentum: Float,
        _ channels: Channels
    ) {
        execution {
            ck_batchnorm_forward(
                $0, rows, channels.gamma.count, statistics.base, blocks, channels.gamma.base, channels.beta.base,
                epsilon, momentum, channels.runningMean.base, channels.runningVariance.base, channels.scale.base,
                channels.shift.base, channels.mean.base, channels.inverseDeviation.base)
        }
    }

    package static func inference(epsilon: Float, _ channels: Channels) {
        ck_batchnorm_inference(
            channels.gamma.count, channels.gamma.base, channels.beta.base, epsilon, channels.runningMean.base,
            channels.runningVariance.base, channels.scale.base, channels.shift.base)
    }

    package static func backward(
        _ execution: Execution, rows: Int, sums: Buffer, blocks: Int, gamma: Buffer, mean: Buffer,
        inverseDeviation: Buffer, dGamma: Buffer, dBeta: Buffer, a: Buffer, b: Buffer, c: Buffer
    ) {
        execution {
            ck_batchnorm_backward(
                $0, rows, gamma.count, sums.base, blocks, gamma.base, mean.base, inverseDeviation.base, dGamma.base,
                dBeta.base, a.base, b.base, c.base)
        }
    }

    /// Blocks of the partial sums over `images` images of `rows` rows.
    package static func imageBlocks(images: Int, rows: Int, channels: Int) -> Int {
        expectPlanned(ck_images_check(images, rows, channels), "partial sums of \(images)×\(rows)×\(channels)")
        return ck_image_blocks(images, rows, channels)
    }

    package static func addForward(
        _ execution: Execution, images: Int, rows: Int, channels: Int, _ x: Operand, imageScale: Buffer?,
        residual: Operand, y: Buffer
    ) {
        var (operand, other) = (x.c, residual.c)
        execution {
            ck_normalize_add_forward($0, images, rows, channels, &operand, imageScale?.base, &other, y.base)
        }
    }

    package static func addBackward(
        _ execution: Execution, images: Int, rows: Int, channels: Int, dy: Buffer, _ x: Operand, imageScale: Buffer?,
        sums: Buffer
    ) {
        var operand = x.c
        execution {
            ck_normalize_add_backward($0, images, rows, channels, dy.base, &operand, imageScale?.base, sums.base)
        }
    }
}

/// Squeeze-and-excitation (ck_squeeze_excite.h).
package struct SqueezeExciteKernel {
    let images: Int
    let rows: Int
    let channels: Int
    let squeezed: Int

    package init(images: Int, rows: Int, channels: Int, squeezed: Int) {
        (self.images, self.rows, self.channels, self.squeezed) = (images, rows, channels, squeezed)
        expectPlanned(
            ck_squeeze_excite_check(images, rows, channels, squeezed),
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
    }

    package var memory: WorkingMemory {
        WorkingMemory(workspace: ck_excite_workspace_bytes(images, channels, squeezed))
    }

    package func forward(
        _ execution: Execution, _ x: Operand, _ weights: Weights, pooled: Buffer, hidden: Buffer, gate: Buffer,
        workspace: Buffer
    ) {
        var operand = x.c
        execution {
            ck_squeeze_forward($0, images, rows, channels, &operand, pooled.base)
            ck_excite_forward(
                $0, images, channels, squeezed, pooled.base, weights.reduce.base, weights.reduceBias.base,
                weights.expand.base, weights.expandBias.base, hidden.base, gate.base, workspace.base)
        }
    }

    /// - Parameters:
    ///   - x: the operand with its gate.
    ///   - da: gradient of the gated activation in, of the normalised tensor out.
    package func backward(
        _ execution: Execution, _ x: Operand, _ weights: Weights, _ gradients: Weights, pooled: Buffer, hidden: Buffer,
        gate: Buffer, dGate: Buffer, dPooled: Buffer, da: Buffer, sums: Buffer, workspace: Buffer
    ) {
        var operand = x.c
        execution {
            ck_gate_backward($0, images, rows, channels, &operand, da.base, dGate.base)
            ck_excite_backward(
                $0, images, channels, squeezed, pooled.base, hidden.base, gate.base, dGate.base, weights.reduce.base,
                weights.expand.base, dPooled.base, gradients.reduce.base, gradients.reduceBias.base,
                gradients.expand.base, gradients.expandBias.base, workspace.base)
            ck_squeeze_backward($0, images, rows, channels, &operand, dPooled.base, da.base, sums.base)
        }
    }
}

/// Global pooling of images (ck_pooling.h).
package struct PoolingKernel {
    let images: Int
    let rows: Int
    let channels: Int

    package init(images: Int, rows: Int, channels: Int) {
        (self.images, self.rows, self.channels) = (images, rows, channels)
        expectPlanned(ck_global_max_check(images, rows, channels), "pooling \(images)×\(rows)×\(channels)")
    }

    package func maximum(_ execution: Execution, _ x: Operand, y: Buffer, index: Buffer) {
        var operand = x.c
        execution { ck_global_max_forward($0, images, rows, channels, &operand, y.base, index.integers) }
    }

    package func average(_ execution: Execution, _ x: Operand, y: Buffer) {
        var operand = x.c
        execution { ck_squeeze_forward($0, images, rows, channels, &operand, y.base) }
    }

    /// - Parameter index: what ``maximum(_:_:y:index:)`` left; nil: of the average.
    package func backward(_ execution: Execution, _ x: Operand, dy: Buffer, index: Buffer?, dz: Buffer, sums: Buffer?) {
        var operand = x.c
        execution {
            if let index {
                ck_global_max_backward(
                    $0, images, rows, channels, &operand, dy.base, index.integers, dz.base, sums?.base)
            } else {
                ck_global_average_backward($0, images, rows, channels, &operand, dy.base, dz.base, sums?.base)
            }
        }
    }
}
