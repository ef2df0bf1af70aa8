import Foundation
import OssicleKernels

/// The frame loss of multi-strategy pretraining: a contrast of every frame of a view with the other frames of the same
/// clip.
///
/// Z and Z' are two sequences of frames (T, D) for each of B clips. Their similarity is S = Z·W·Z'ᵀ, or Z·Z'ᵀ / τ for
/// unit vectors:
///
///     ℓ(Z, Z') = 1/(B·T) Σ_b Σ_t [logsumexp_k S_tk − mean_{j ∈ P_t} S_tj],   P_t = {j : |j − t| ≤ m}
///     G = (softmax_rows(S) − P)/(B·T),   dZ = G·Z'·Wᵀ,   dZ' = Gᵀ·Z·W,   dW = Zᵀ·G·Z'
///
/// P_tj is 1/|P_t| if j ∈ P_t, and 0 otherwise. Frames of other clips are not negatives. The loss is the weighted mean
/// over the comparisons of the recipe's `FramePairs`.
///
/// *Reference:* Kuroyanagi, Komatsu, ICASSP 2022, §2.2.
package final class FrameContrast: Objective {
    package enum Similarity {
        /// The matrix W, which the clip loss uses too.
        case bilinear(Parameter)
        case cosine(temperature: Float)
    }

    package let name = "objective.frame"
    package let term = "frame"
    package let weight: Float
    package private(set) var value = LossValue(loss: 0, correct: 0, rows: 1)
    private let input: Value
    private let batch: Int
    private let frames: Int
    private let width: Int
    private let margin: Int
    private let comparisons: [(first: Int, second: Int, weight: Float)]
    private let similarity: Similarity
    private let temperature: Float
    private let addsToSimilarity: Bool
    /// Z·W of each comparison, and in the backward pass G·Z'. Only bilinear similarity uses it.
    private let transformed: Value?
    /// S of each comparison, then G.
    private let logits: Value
    private let gradient: Value
    private let products: Products

    private struct Products {
        /// Matrix products over all frames of a view, with W, Wᵀ and Zᵀ.
        let transform: MatrixProduct
        let dFirst: MatrixProduct
        let dWeights: MatrixProduct
        /// Matrix products over the frames of one clip.
        let compare: MatrixProduct
        let mix: MatrixProduct
        let dSecond: MatrixProduct

        init(rows: Int, frames: Int, width: Int) {
            transform = MatrixProduct(rows: rows, columns: width, inner: width)
            dFirst = MatrixProduct(rows: rows, columns: width, inner: width, transposeB: true)
            dWeights = MatrixProduct(rows: width, columns: width, inner: rows, transposeA: true)
            compare = MatrixProduct(rows: frames, columns: frames, inner: width, transposeB: true)
            mix = MatrixProduct(rows: frames, columns: width, inner: frames)
            dSecond = MatrixProduct(rows: frames, columns: width, inner: frames, transposeA: true)
        }
        var all: [MatrixProduct] { [transform, dFirst, dWeights, compare, mix, dSecond] }
    }

    /// - Parameters:
    ///   - input: (3·B·T, D): the frames of the anchors of all B clips, then those of their positives, then those of
    ///     the shifted anchors. For cosine similarity, rows of length 1.
    ///   - batch: B.
    ///   - margin: m.
    ///   - pairs: the views that are compared.
    ///   - addsToSimilarity: whether the clip loss is recorded later. Its backward pass then runs before and stores the
    ///     gradient of W, to which this loss adds.
    package init(
        _ graph: Graph, _ input: Value, batch: Int, margin: Int, pairs: FramePairs, similarity: Similarity,
        addsToSimilarity: Bool, weight: Float
    ) {
        let shape = graph.shape(input)
        self.input = input
        self.batch = batch
        self.margin = margin
        self.similarity = similarity
        self.weight = weight
        self.addsToSimilarity = addsToSimilarity
        precondition(shape[0] % (3 * batch) == 0, "the frame loss needs three views of each clip")
        frames = shape[0] / (3 * batch)
        width = shape[shape.count - 1]
        comparisons = pairs.comparisons
        let rows = comparisons.count * batch * frames
        switch similarity {
        case .bilinear:
            transformed = graph.value([rows, width])
            temperature = 1
        case .cosine(let value):
            transformed = nil
            temperature = value
        }
        logits = graph.value([rows, frames])
        gradient = graph.gradient(input)
        products = Products(rows: batch * frames, frames: frames, width: width)
    }

    private var values: [Value] { [input, logits] + [transformed].compactMap { $0 } }
    package var forwardAccess: [Value] { values }
    package var backwardAccess: [Value] { values + [gradient] }
    package var contributions: [Value] { [gradient] }
    package var memory: WorkingMemory { .largest(products.all.map(\.memory)) }

    package func forward(_ run: borrowing Run) {
        var (loss, correct) = (0.0, 0)
        for index in 0..<comparisons.count {
            let (first, second) = (
                view(run(input), comparisons[index].first), view(run(input), comparisons[index].second)
            )
            var queries = first
            if case .bilinear(let weights) = similarity, let transformed {
                queries = part(run(transformed), index, width)
                products.transform(run.execution, first, run(weights), into: queries, workspace: run.workspace)
            }
            let part = part(run(logits), index, frames)
            for clip in 0..<batch {
                let scores = part.slice(clip * frames * frames, frames * frames)
                products.compare(
                    run.execution, alpha: 1 / temperature, sequence(queries, clip), sequence(second, clip),
                    into: scores,
                    workspace: run.workspace)
                let (sum, right) = contrast(scores, weight: comparisons[index].weight)
                loss += sum
                correct += right
            }
        }
        value = LossValue(loss: loss, correct: correct, rows: comparisons.count * batch * frames)
    }

    package func backward(_ run: borrowing Run) {
        if run.beta(self, gradient) == 0 { run(gradient).fill(0) }
        for index in 0..<comparisons.count {
            let comparison = comparisons[index]
            let (first, second) = (view(run(input), comparison.first), view(run(input), comparison.second))
            let (dFirst, dSecond) = (view(run(gradient), comparison.first), view(run(gradient), comparison.second))
            let scores = part(run(logits), index, frames)
            // With bilinear similarity, `queries` contains Z·W, which gives dZ'. G·Z' then replaces it and gives dZ and
            // dW.
            let queries = transformed.map { part(run($0), index, width) } ?? first
            for clip in 0..<batch {
                let g = scores.slice(clip * frames * frames, frames * frames)
                products.dSecond(
                    run.execution, alpha: 1 / temperature, g, sequence(queries, clip), beta: 1,
                    into: sequence(dSecond, clip), workspace: run.workspace)
                products.mix(
                    run.execution, alpha: 1 / temperature, g, sequence(second, clip), beta: transformed == nil ? 1 : 0,
                    into: sequence(transformed == nil ? dFirst : queries, clip), workspace: run.workspace)
            }
            if case .bilinear(let weights) = similarity {
                products.dFirst(
                    run.execution, queries, run(weights), beta: 1, into: dFirst, workspace: run.workspace)
                products.dWeights(
                    run.execution, first, queries, beta: index > 0 || addsToSimilarity ? 1 : 0,
                    into: run.gradient(weights), workspace: run.workspace)
            }
        }
    }

    /// The loss of the similarities of one clip, and the number of frames whose most similar frame is a positive.
    /// Replaces S with weight·G.
    private func contrast(_ scores: Buffer, weight pairWeight: Float) -> (loss: Double, correct: Int) {
        let share = pairWeight / Float(batch * frames)
        var (loss, correct) = (0.0, 0)
        for t in 0..<frames {
            let row = scores.slice(t * frames, frames)
            let own = max(0, t - margin)..<min(frames, t + margin + 1)
            var (best, sum, positives) = (0, Float(0), Float(0))
            for k in 1..<max(frames, 1) where row[k] > row[best] { best = k }
            let largest = row[best]
            for k in own { positives += row[k] - largest }
            for k in 0..<frames {
                row[k] = exp(row[k] - largest)
                sum += row[k]
            }
            loss += Double(share) * Double(log(sum) - positives / Float(own.count))
            if own.contains(best) { correct += 1 }
            for k in 0..<frames {
                let target = own.contains(k) ? 1 / Float(own.count) : 0
                row[k] = self.weight * share * (row[k] / sum - target)
            }
        }
        return (loss, correct)
    }

    /// All frames of view 0, 1 or 2.
    private func view(_ buffer: Buffer, _ number: Int) -> Buffer {
        buffer.slice(number * batch * frames * width, batch * frames * width)
    }

    /// The rows of one comparison.
    private func part(_ buffer: Buffer, _ comparison: Int, _ columns: Int) -> Buffer {
        buffer.slice(comparison * batch * frames * columns, batch * frames * columns)
    }

    /// The frames of one clip.
    private func sequence(_ view: Buffer, _ clip: Int) -> Buffer { view.slice(clip * frames * width, frames * width) }
}
