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
        var similarities = [Float](repeating: 0, count: clips.count * labels.count)
        LinearAlgebra.multiplyTransposed(
            queries, points, into: &similarities, m: clips.count, n: labels.count, k: dimension)
        return clips.indices.map { row in
            let own = similarities[row * labels.count..<(row + 1) * labels.count]
            // Clips with equal similarities stay in the order of the training clips.
            let nearest = labels.indices.sorted { a, b in
                let (x, y) = (own[own.startIndex + a], own[own.startIndex + b])
                return x == y ? a < b : x > y
            }
            var scores = [Float](repeating: 0, count: classes)
            for index in nearest.prefix(k) {
                scores[labels[index]] += Float(exp(Double(own[own.startIndex + index]) / Self.temperature))
            }
            return scores.span.indexOfLargest
        }
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
