import Foundation
import OssicleBase

/// Why an array file could not be written.
public enum NumpyError: Error, CustomStringConvertible, Equatable {
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        }
    }
}

/// A file of arrays that is written in parts. It appears complete or not at all: it is removed if `finish()` is not called.
final class NumpyStream {
    private let path: String
    private var partial: PartialFile?
    private var file: UnsafeMutablePointer<FILE>?

    /// Opens the file, so that a path that cannot be written is found before anything is computed.
    init(_ path: String) throws(NumpyError) {
        self.path = path
        let partial = PartialFile(path)
        file = partial.path.withFileName { fopen($0, "wb") }
        guard file != nil else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
        self.partial = consume partial
    }

    deinit { if let file { fclose(file) } }

    /// The place at which the next bytes are written.
    func position() throws(NumpyError) -> UInt64 {
        guard let file, case let place = ftello(file), place >= 0 else { throw failure() }
        return UInt64(place)
    }

    func write(_ bytes: [UInt8]) throws(NumpyError) { try write(bytes.span.bytes) }

    func write(_ bytes: RawSpan) throws(NumpyError) {
        guard let file, bytes.withUnsafeBytes({ fwrite($0.baseAddress, 1, $0.count, file) }) == bytes.byteCount else {
            throw failure()
        }
    }

    /// Replaces bytes that were written before. The next bytes are written at the end.
    func rewrite(at place: UInt64, _ bytes: [UInt8]) throws(NumpyError) {
        guard let file, fseeko(file, off_t(place), SEEK_SET) == 0 else { throw failure() }
        try write(bytes)
        guard fseeko(file, 0, SEEK_END) == 0 else { throw failure() }
    }

    /// Waits until everything is on the disk, and gives the file its name.
    func finish() throws(NumpyError) {
        guard let file, fflush(file) == 0, fsync(fileno(file)) == 0 else { throw failure() }
        self.file = nil
        guard fclose(file) == 0 else { throw failure() }
        if let reason = partial.take()?.commit() { throw .unwritable(path: path, reason: reason) }
    }

    private func failure() -> NumpyError { .unwritable(path: path, reason: String(cString: strerror(errno))) }
}
