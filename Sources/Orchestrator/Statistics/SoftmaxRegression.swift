import Foundation

/// A multinomial logistic regression: logits = X Wᵀ + b. The loss is the mean cross-entropy of their softmax.
package struct SoftmaxRegression: Sendable, Equatable {
    let dimension: Int
    package let classes: Int
    /// W, (classes, dimension). The initial value is 0. Random values are not needed, because the problem is convex.
    package var weights: [Float]
    /// b, (classes).
    package var bias: [Float]

    package init(dimension: Int, classes: Int) {
        self.dimension = dimension
        self.classes = classes
        weights = Array(repeating: 0, count: classes * dimension)
        bias = Array(repeating: 0, count: classes)
    }

    /// Computes the logits, (count, classes), for the first `count` rows of x (…, dimension).
    package func logits(_ x: [Float], count: Int, into logits: inout [Float]) {
        LinearAlgebra.multiplyTransposed(x, weights, into: &logits, m: count, n: classes, k: dimension)
        for row in 0..<count {
            for k in 0..<classes { logits[row * classes + k] += bias[k] }
        }
    }

    /// Returns the loss L = (1/B) Σ_i [ln Σ_k exp z_ik − z_iy].
    ///
    /// - Parameter logits: z. They are replaced by the gradient dL/dz = (softmax(z) − onehot(y)) / B.
    package func lossAndGradient(logits: inout [Float], labels: [Int]) -> Double {
        var loss = 0.0
        let share = 1 / Float(labels.count)
        for (row, label) in labels.enumerated() {
            let start = row * classes
            var largest = -Float.infinity
            for k in 0..<classes { largest = max(largest, logits[start + k]) }
            let chosen = logits[start + label] - largest
            var sum: Float = 0
            for k in 0..<classes {
                let e = exp(logits[start + k] - largest)
                logits[start + k] = e
                sum += e
            }
            loss += Double(log(sum) - chosen)
            for k in 0..<classes { logits[start + k] *= share / sum }
            logits[start + label] -= share
        }
        return loss / Double(labels.count)
    }

    /// Computes the gradients of the parameters: dW = Gᵀ X and db = Σ_i G_i, with G = dL/dz (count, classes).
    package func gradients(
        _ gradient: [Float], x: [Float], count: Int, weights dWeights: inout [Float], bias dBias: inout [Float]
    ) {
        LinearAlgebra.transposedMultiply(gradient, x, into: &dWeights, m: classes, n: dimension, k: count)
        for k in 0..<classes {
            var sum: Float = 0
            for row in 0..<count { sum += gradient[row * classes + k] }
            dBias[k] = sum
        }
    }
}
