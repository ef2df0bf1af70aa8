import Foundation

/// The two losses of `LogisticRegression`, and their gradients with respect to the logits.
///
/// Values are computed in single precision, and sums over rows in double precision.
enum LogisticLoss {
    /// Returns Σ_i loss_i over `rows`.
    ///
    /// - Parameters:
    ///   - logits: the logits z of these rows, (rows.count, classes). They are replaced by the gradient scale·dloss/dz.
    ///   - bias: the sums of the gradient's columns are added to it.
    static func lossAndGradient(
        logits: inout [Float], rows: Range<Int>, targets: LogisticRegression.Targets, scale: Float,
        bias: inout [Double]
    ) -> Double {
        switch targets {
        case .multinomial(let labels, let classes):
            softmax(&logits, rows: rows, labels: labels, classes: classes, scale: scale, bias: &bias)
        case .independent(let activity, let classes):
            sigmoid(&logits, rows: rows, activity: activity, classes: classes, scale: scale, bias: &bias)
        }
    }

    /// The cross-entropy of the softmax: loss = ln Σ_k exp z_k − z_y, dloss/dz = softmax(z) − onehot(y).
    private static func softmax(
        _ logits: inout [Float], rows: Range<Int>, labels: [Int], classes: Int, scale: Float, bias: inout [Double]
    ) -> Double {
        let labels = labels.span
        var z = logits.mutableSpan
        var bias = bias.mutableSpan
        var total = 0.0
        for row in rows {
            let (start, label) = ((row - rows.lowerBound) * classes, labels[row])
            var largest = -Float.infinity
            for k in start..<start + classes { largest = max(largest, z[k]) }
            let chosen = z[start + label] - largest
            var sum: Float = 0
            for k in start..<start + classes {
                let e = exponential(z[k] - largest)
                z[k] = e
                sum += e
            }
            total += log(Double(sum)) - Double(chosen)
            let share = scale / sum
            for k in 0..<classes {
                let gradient = z[start + k] * share - (k == label ? scale : 0)
                z[start + k] = gradient
                bias[k] += Double(gradient)
            }
        }
        return total
    }

    /// The sum of the binary cross-entropies of sigmoids:
    /// loss = Σ_k max(z_k, 0) − y_k·z_k + ln(1 + exp(−|z_k|)), dloss/dz = σ(z) − y.
    private static func sigmoid(
        _ logits: inout [Float], rows: Range<Int>, activity: [Float], classes: Int, scale: Float, bias: inout [Double]
    ) -> Double {
        let activity = activity.span
        var z = logits.mutableSpan
        var bias = bias.mutableSpan
        var total = 0.0
        // Σ ln(1 + e) = ln Π(1 + e). One logarithm is computed for 512 factors. Each factor is at most 2, so that the
        // product does not overflow.
        var (product, factors) = (1.0, 0)
        for row in rows {
            let (start, from) = ((row - rows.lowerBound) * classes, row * classes)
            var linear: Float = 0
            for k in 0..<classes {
                let (value, target) = (z[start + k], activity[from + k])
                let e = exponential(-abs(value))
                linear += max(value, 0) - target * value
                product *= Double(1 + e)
                factors += 1
                if factors == 512 {
                    total += log(product)
                    (product, factors) = (1, 0)
                }
                let gradient = scale * ((value >= 0 ? 1 : e) / (1 + e) - target)
                z[start + k] = gradient
                bias[k] += Double(gradient)
            }
            total += Double(linear)
        }
        return total + log(product)
    }

    /// Returns exp(x) for x ≤ 0, with an error of at most 2 ulp. It is 0 for x below −87.
    ///
    /// The result is 2ⁿ·exp(r) with |r| ≤ ln 2 / 2. exp(r) is the Taylor polynomial of degree 7. The function of the C
    /// library would be called for each element, and the loss would then need as much time as the matrix products.
    @inline(__always)
    static func exponential(_ x: Float) -> Float {
        // 12,582,912 = 1.5·2²³. If a small number is added to it, the low bits of the sum are the number, rounded to an
        // integer.
        let shifted = x * 1.442_695_04 + 12_582_912
        let n = shifted - 12_582_912
        let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
        var p: Float = 1 / 5040
        p = p * r + 1 / 720
        p = p * r + 1 / 120
        p = p * r + 1 / 24
        p = p * r + 1 / 6
        p = p * r + 0.5
        p = p * r + 1
        p = p * r + 1
        let power = Float(bitPattern: (shifted.bitPattern &<< 23) &+ (127 &<< 23))
        return x < -87 ? 0 : p * power
    }
}
