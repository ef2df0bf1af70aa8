import Foundation
import OssicleKernels

/// The measure σ of a pitch shift by the ratio r. It is the target of the pitch loss of multi-strategy pretraining.
public enum PitchTarget: String, Codable, Sendable, CaseIterable {
    /// r − 1.
    case linear
    /// log₂ r.
    case octaves

    func size(ofRatio ratio: Float) -> Float {
        switch self {
        case .linear: ratio - 1
        case .octaves: log2(ratio)
        }
    }
}

/// The pitch loss of multi-strategy pretraining: the regression of the anchor's pitch shift in every frame.
///
///     L = 1/(B·T) Σ_b Σ_t (p_bt − p̃_bt − σ_b)²
///
/// p and p̃ are the outputs of the pitch head for the anchor and for its copy, which is shifted by the ratio r.
/// σ = r − 1, or log₂ r.
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022, §2.3.
package final class PitchRegression: Objective {
    package let name = "objective.pitch"
    package let term = "pitch"
    package let weight: Float
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    /// The ratios r, (B).
    package let ratios: Value
    private let target: PitchTarget
    private let input: Value
    private let gradient: Value
    private let batch: Int
    private let frames: Int

    /// - Parameters:
    ///   - input: (3·B·T, 1): the outputs of the pitch head for the anchors, the positives and the shifted anchors.
    ///   - batch: B.
    ///   - target: the measure σ.
    package init(_ graph: Graph, _ input: Value, batch: Int, weight: Float, target: PitchTarget) {
        self.target = target
        self.input = input
        self.batch = batch
        self.weight = weight
        precondition(graph.shape(input)[0] % (3 * batch) == 0, "the pitch loss needs three views of each clip")
        frames = graph.shape(input)[0] / (3 * batch)
        ratios = graph.feed(.pitchRatios, [batch])
        gradient = graph.gradient(input)
    }

    package var forwardAccess: [Value] { [input, ratios] }
    package var backwardAccess: [Value] { [input, ratios, gradient] }
    package var contributions: [Value] { [gradient] }

    package func forward(_ run: borrowing Run) {
        let (p, ratios) = (run(input), run(ratios))
        var loss = 0.0
        for row in 0..<batch * frames {
            let error = Double(residual(p, ratios, row))
            loss += error * error
        }
        value = LossValue(loss: loss / Double(batch * frames), correct: 0, rows: batch * frames)
    }

    package func backward(_ run: borrowing Run) {
        let (p, ratios, gradient) = (run(input), run(ratios), run(gradient))
        let rows = batch * frames
        if run.beta(self, self.gradient) == 0 { gradient.fill(0) }
        for row in 0..<rows {
            let slope = weight * 2 * residual(p, ratios, row) / Float(rows)
            gradient[row] += slope
            gradient[2 * rows + row] -= slope
        }
    }

    /// The shifts that the last forward pass predicted: the mean of p − p̃ over the frames, (B). They are valid until
    /// the backward pass.
    package func shiftsRead(_ program: Program) -> [Float] {
        let p = program.buffer(input)
        return (0..<batch).map { clip in
            let rows = clip * frames..<(clip + 1) * frames
            return rows.reduce(Float(0)) { $0 + p[$1] - p[2 * batch * frames + $1] } / Float(frames)
        }
    }

    private func residual(_ p: Buffer, _ ratios: Buffer, _ row: Int) -> Float {
        p[row] - p[2 * batch * frames + row] - target.size(ofRatio: ratios[row / frames])
    }
}
