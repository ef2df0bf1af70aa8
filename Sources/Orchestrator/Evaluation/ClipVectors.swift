import OssicleData

/// The vectors of clips, with any number of vectors per clip: for example the embeddings of its crops or segments, or
/// one vector of statistics.
package struct ClipVectors: Sendable, Equatable {
    package let dimension: Int
    /// The vectors, (rows, dimension). The rows of a clip are together, and the clips are in order.
    package private(set) var values: [Float] = []
    /// Clip i has the rows `offsets[i] ..< offsets[i + 1]`.
    package private(set) var offsets = [0]

    package init(dimension: Int) { self.dimension = dimension }

    /// - Parameters:
    ///   - values: the vectors, (offsets.last, dimension).
    ///   - offsets: 0, and then the cumulative sums of the numbers of rows of the clips.
    init(dimension: Int, values: [Float], offsets: [Int]) {
        precondition(values.count == (offsets.last ?? 0) * dimension, "as many values as the offsets tell")
        self.dimension = dimension
        self.values = values
        self.offsets = offsets
    }

    package var clips: Int { offsets.count - 1 }
    package var rows: Int { offsets[clips] }

    package func rows(of clip: Int) -> Range<Int> { offsets[clip]..<offsets[clip + 1] }

    /// Appends a clip with the vectors (rows, dimension).
    package mutating func append(_ vectors: some Collection<Float>) {
        precondition(vectors.count % dimension == 0, "whole vectors")
        values.append(contentsOf: vectors)
        offsets.append(values.count / dimension)
    }

    /// The mean over the rows of each clip, (clips, dimension); 0 for a clip without rows.
    package func means() -> [Float] {
        var means = [Float](repeating: 0, count: clips * dimension)
        for clip in 0..<clips {
            let rows = rows(of: clip)
            for row in rows {
                for d in 0..<dimension { means[clip * dimension + d] += values[row * dimension + d] }
            }
            for d in 0..<dimension where rows.count > 1 { means[clip * dimension + d] /= Float(rows.count) }
        }
        return means
    }

    /// Checks that the vectors contain finite values only. Other values would give scores without a meaning.
    /// - Throws: ``EvaluationError/notFinite(clips:)`` with the number of clips that contain other values.
    func expectNumbers() throws(EvaluationError) {
        let values = values.span
        let broken = (0..<clips).count { clip in
            let rows = rows(of: clip)
            return (rows.lowerBound * dimension..<rows.upperBound * dimension).contains { !values[$0].isFinite }
        }
        if broken > 0 { throw .notFinite(clips: broken) }
    }
}
