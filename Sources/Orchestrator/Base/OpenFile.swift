import Foundation

/// Functions for open files, which are given by their descriptors.
package enum OpenFile {
    /// Writes all bytes at the place of the file.
    /// - Returns: the number of bytes that were written, and the `errno` of the failure; nil if all were written.
    package static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> (written: Int, failure: Int32?) {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return (written, count < 0 ? errno : ENOSPC) }
            written += count
        }
        return (written, nil)
    }
}
