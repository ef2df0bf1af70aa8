import OssicleData

/// Vectors of clips, any number a clip: the embeddings of its crops or segments, or one vector of statistics.
package struct ClipVectors: Sendable, Equatable {
    package let dimension: Int
    /// (rows, dimension), a clip's rows together, clips in order.
    package private(set) var values: [Float] = []
    /// Clip i has the rows `offsets[i] ..< offsets[i + 1]`.
    package private(set) var offsets = [0]

    package init(dimension: Int) { self.dimension = dimension }

    /// - Parameters:
    ///   - values: (offsets.last, dimension).
    ///   - offsets: 0 and the sums of the clips' numbers of rows.
    init(dimension: Int, values: [Float], offsets: [Int]) {
        precondition(values.count == (offsets.last ?? 0) * dimension, "as many values as the offsets tell")
        self.dimension = dimension
        self.values = values
        self.offsets = offsets
    }

    package var clips: Int { offsets.count - 1 }
    package var rows: Int { offsets[clips] }

    package func rows(of clip: Int) -> Range<Int> { offsets[clip]..<offsets[clip + 1] }

    /// Adds a clip. `vectors` is (rows, dimension).
    package mutating func append(_ vectors: some Collection<Float>) {
        precondition(vectors.count % dimension == 0, "whole vectors")
        values.append(contentsOf: vectors)
        offsets.append(values.count / dimension)
    }

    /// (clips, dimension): the mean over each clip's rows, 0 of a clip without any.
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

    /// A regression would leave a value that is no number out without a word.
    /// - Throws: ``EvaluationError/notFinite(clips:)`` where a row of these clips has one.
    func expectNumbers(of clips: [Int]) throws(EvaluationError) {
        let values = values.span
        let broken = clips.count { clip in
            let rows = rows(of: clip)
            return (rows.lowerBound * dimension..<rows.upperBound * dimension).contains { !values[$0].isFinite }
        }
        if broken > 0 { throw .notFinite(clips: broken) }
    }
}
