import CKernels

/// The optimizer Adam, for weights that are contiguous in memory (ck_optimizer.h).
package enum AdamKernel {
    package static func step(
        _ execution: Execution, learningRate: Double, beta1: Double, beta2: Double, epsilon: Double,
        weightDecay: Double, step: Int, gradients: Buffer, firstMoments: Buffer, secondMoments: Buffer, weights: Buffer
    ) {
        var adam = ck_adam(
            learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
            step: Int64(step))
        expectPlanned(ck_adam_check(&adam), "Adam at step \(step), β \(beta1) and \(beta2)")
        execution {
            ck_adam_step(
                $0, &adam, weights.count, gradients.base, firstMoments.base, secondMoments.base, weights.base)
        }
    }
}

/// Stochastic gradient descent with momentum, for weights that are contiguous in memory (ck_optimizer.h).
package enum SGDKernel {
    package static func step(
        _ execution: Execution, learningRate: Double, momentum: Double, weightDecay: Double, trust: Double,
        gradients: Buffer, moments: Buffer, weights: Buffer
    ) {
        var sgd = ck_sgd(
            learning_rate: learningRate, momentum: momentum, weight_decay: weightDecay, trust: trust)
        execution { ck_sgd_step($0, &sgd, weights.count, gradients.base, moments.base, weights.base) }
    }
}

/// The running average of values that are contiguous in memory (ck_optimizer.h).
package enum AverageKernel {
    package static func step(_ execution: Execution, decay: Double, values: Buffer, averages: Buffer) {
        execution { ck_average_step($0, decay, values.count, values.base, averages.base) }
    }
}

/// The L2 norm √Σ x² (ck_optimizer.h).
package enum NormKernel {
    /// Returns the size of the workspace for `count` values, in bytes.
    package static func workspaceBytes(_ count: Int) -> Int { 8 * ck_arena_blocks(count) }

    package static func norm(_ execution: Execution, _ x: Buffer, workspace: Buffer) -> Double {
        var sum = 0.0
        execution { sum = ck_sum_of_squares($0, x.count, x.base, workspace.base) }
        return sum.squareRoot()
    }
}
