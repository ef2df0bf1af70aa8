import Foundation
import OssicleStatistics

/// A k-nearest-neighbour classifier. It measures the information in the geometry of an embedding, without training.
///
///     score(c) = Σ over the k nearest i of class c of exp(s_i / 0.07),   s = cosine of the standardized vectors
///
/// *Reference:* Wu et al., "Unsupervised feature learning via non-parametric instance discrimination", CVPR 2018.
package struct NearestNeighbours: Sendable, Equatable {
    package let k: Int
    package let classes: Int
    private let dimension: Int
    private let standardization: Standardization
    /// The standardized vectors of the training clips, scaled to length 1, (training clips, dimension).
    private let points: [Float]
    private let labels: [Int]
    private static let temperature = 0.07
    /// The number of test clips whose similarities are computed at once.
    private static let blockRows = 256

    /// - Parameters:
    ///   - vectors: the vectors of all clips. A clip is represented by the mean of its rows.
    ///   - labels: the classes of all clips, 0 ..< `classes`. Those of `clips` are used.
    ///   - clips: the training clips, at least one.
    package init(vectors: ClipVectors, labels: [Int], clips: [Int], classes: Int, k: Int = 20) {
        precondition(k > 0 && !clips.isEmpty, "there are neighbours")
        self.k = min(k, clips.count)
        self.classes = classes
        dimension = vectors.dimension
        let standardization = Standardization(of: vectors, clips: clips)
        self.standardization = standardization
        points = Self.directions(vectors, clips, standardization)
        self.labels = clips.map { labels[$0] }
    }

    /// The class with the highest score, for each clip; the first one if several are equal.
    package func predictions(_ vectors: ClipVectors, clips: [Int]) -> [Int] {
        let queries = Self.directions(vectors, clips, standardization)
        var similarities = [Float](repeating: 0, count: min(Self.blockRows, clips.count) * labels.count)
        var predictions: [Int] = []
        for first in stride(from: 0, to: clips.count, by: Self.blockRows) {
            let rows = first..<min(first + Self.blockRows, clips.count)
            LinearAlgebra.multiplyTransposed(
                rows: rows, of: queries, points, into: &similarities, n: labels.count, k: dimension)
            for row in 0..<rows.count {
                let own = similarities.span.extracting(row * labels.count..<(row + 1) * labels.count)
                var scores = [Float](repeating: 0, count: classes)
                for index in nearest(own) {
                    scores[labels[index]] += Float(exp(Double(own[index]) / Self.temperature))
                }
                predictions.append(scores.span.indexOfLargest)
            }
        }
        return predictions
    }

    /// The indices of the k largest similarities, in descending order. Equal ones are in the order of the training
    /// clips.
    private func nearest(_ similarities: Span<Float>) -> [Int] {
        var best: [Int] = []
        for index in similarities.indices {
            let value = similarities[index]
            if best.count == k {
                guard value > similarities[best[k - 1]] else { continue }
                best.removeLast()
            }
            // The first place with a smaller similarity.
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if similarities[best[middle]] < value { high = middle } else { low = middle + 1 }
            }
            best.insert(index, at: low)
        }
        return best
    }

    /// The standardized mean vectors of clips, scaled to length 1, (clips.count, dimension).
    private static func directions(
        _ vectors: ClipVectors, _ clips: [Int], _ standardization: Standardization
    ) -> [Float] {
        let dimension = vectors.dimension
        let means = ClipVectors(
            dimension: dimension, values: vectors.means(), offsets: Array(0...vectors.clips))
        var result = [Float](repeating: 0, count: clips.count * dimension)
        for (slot, clip) in clips.enumerated() {
            standardization.write(row: clip, of: means, to: &result, slot: slot)
            let range = slot * dimension..<(slot + 1) * dimension
            let length = range.reduce(0.0) { $0 + Double(result[$1]) * Double(result[$1]) }.squareRoot()
            guard length > 0 else { continue }
            for i in range { result[i] /= Float(length) }
        }
        return result
    }
}
