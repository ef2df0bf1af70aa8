import Foundation
import OssicleBase

/// An `.npy` file of floats, (rows, columns), that is written row by row, so that the array does not have to fit into
/// memory. The file appears complete or not at all: it is removed if ``finish()`` is not called.
public final class NumpyRows {
    private let path: String
    private let columns: Int
    private var partial: PartialFile?
    private var file: UnsafeMutablePointer<FILE>?
    private var values = 0

    /// Opens the file, so that a path that cannot be written is found before anything is computed.
    public init(_ path: String, columns: Int) throws(NumpyError) {
        self.path = path
        self.columns = columns
        let partial = PartialFile(path)
        file = fopen(partial.path, "wb")
        guard file != nil else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
        self.partial = consume partial
        try write(NumpyFile.header(NumpyFile.floatType, [0, columns]))
    }

    deinit { if let file { fclose(file) } }

    /// Appends whole rows.
    public func append(_ rows: [Float]) throws(NumpyError) {
        values += rows.count
        try write(rows.map(\.bitPattern.littleEndian))
    }

    /// Writes the number of rows, waits until everything is on the disk, and gives the file its name.
    public func finish() throws(NumpyError) {
        precondition(values % max(1, columns) == 0, "whole rows")
        // With any number of rows the header has the same length.
        guard let file, fseeko(file, 0, SEEK_SET) == 0 else { throw failure() }
        try write(NumpyFile.header(NumpyFile.floatType, [values / max(1, columns), columns]))
        guard fflush(file) == 0, fsync(fileno(file)) == 0 else { throw failure() }
        self.file = nil
        guard fclose(file) == 0 else { throw failure() }
        if let reason = partial.take()?.commit() { throw .unwritable(path: path, reason: reason) }
    }

    private func write<T>(_ values: [T]) throws(NumpyError) {
        let size = MemoryLayout<T>.stride
        guard let file, values.withUnsafeBytes({ fwrite($0.baseAddress, size, values.count, file) }) == values.count
        else {
            throw failure()
        }
    }

    private func failure() -> NumpyError { .unwritable(path: path, reason: String(cString: strerror(errno))) }
}
