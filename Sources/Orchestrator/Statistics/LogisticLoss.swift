import Foundation

/// The two losses of ``LogisticRegression`` and their gradients with respect to the logits, in single precision, with sums in
/// double.
enum LogisticLoss {
    /// Σ_i loss_i over `rows`; turns the logits z of these rows (rows.count, classes) into scale·dloss/dz and adds the sums
    /// of its columns to `bias`.
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

    /// loss = ln Σ_k exp z_k − z_y, dloss/dz = softmax(z) − onehot(y).
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

    /// loss = Σ_k max(z_k, 0) − y_k·z_k + ln(1 + exp(−|z_k|)), dloss/dz = σ(z) − y.
    private static func sigmoid(
        _ logits: inout [Float], rows: Range<Int>, activity: [Float], classes: Int, scale: Float, bias: inout [Double]
    ) -> Double {
        let activity = activity.span
        var z = logits.mutableSpan
        var bias = bias.mutableSpan
        var total = 0.0
        // Σ ln(1 + e) = ln Π(1 + e): one logarithm for 512 factors, each at most 2.
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

    /// exp(x) for x ≤ 0, within 2 ulp, 0 below −87: 2ⁿ·exp(r), |r| ≤ ln 2 / 2, with Taylor's polynomial of degree 7. The C
    /// library's is a call an element, and the loss would take as long as the products.
    @inline(__always)
    static func exponential(_ x: Float) -> Float {
        // 1.5·2²³: its sum with a small number has that number, rounded, in its low bits.
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
