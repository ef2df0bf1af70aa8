/// An `.npy` file of floats, (rows, columns), that is written row by row, so that the array does not have to fit into
/// memory. The file appears complete or not at all: it is removed if ``finish()`` is not called.
public final class NumpyRows {
    private let stream: NumpyStream
    private let columns: Int
    private var values = 0

    /// Opens the file, so that a path that cannot be written is found before anything is computed.
    public init(_ path: String, columns: Int) throws(NumpyError) {
        self.columns = columns
        stream = try NumpyStream(path)
        try stream.write(NumpyFile.header(NumpyFile.floatType, [0, columns]))
    }

    /// Appends whole rows.
    public func append(_ rows: [Float]) throws(NumpyError) {
        values += rows.count
        let values = rows.map(\.bitPattern.littleEndian)
        try stream.write(values.span.bytes)
    }

    /// Writes the number of rows, waits until everything is on the disk, and gives the file its name.
    public func finish() throws(NumpyError) {
        precondition(values % max(1, columns) == 0, "whole rows")
        // With any number of rows the header has the same length.
        try stream.rewrite(at: 0, NumpyFile.header(NumpyFile.floatType, [values / max(1, columns), columns]))
        try stream.finish()
    }
}
