/// The rows of a matrix for a picture. A picture has fewer columns of pixels than a long recording has frames. Of a long
/// matrix, only every 2ᵏ-th row is kept, so that the memory does not depend on its length.
public struct PictureRows {
    /// The number of all rows so far.
    public private(set) var count = 0
    /// The rows that were kept, (kept, columns).
    private(set) var values: [Float] = []
    /// The smallest and the largest finite value of all rows; nil if there is none.
    private(set) var range: (low: Float, high: Float)?
    let columns: Int
    private var step = 1

    /// The largest number of rows that are kept: 13 for each column of pixels.
    private static let most = 1 << 15

    public init(columns: Int) {
        precondition(columns > 0, "a matrix has columns")
        self.columns = columns
    }

    /// The number of rows that were kept.
    var kept: Int { values.count / columns }

    /// Adds rows, (rows, columns).
    public mutating func add(_ rows: [Float]) {
        precondition(rows.count % columns == 0, "whole rows")
        for value in rows where value.isFinite {
            range = (min(range?.low ?? value, value), max(range?.high ?? value, value))
        }
        for first in stride(from: 0, to: rows.count, by: columns) {
            if count % step == 0 {
                if kept == Self.most { halve() }
                if count % step == 0 { values += rows[first..<first + columns] }
            }
            count += 1
        }
    }

    /// Keeps every second row.
    private mutating func halve() {
        step *= 2
        for row in 0..<Self.most / 2 {
            for column in 0..<columns { values[row * columns + column] = values[2 * row * columns + column] }
        }
        values.removeLast(values.count - Self.most / 2 * columns)
    }
}
