import Foundation

/// A file that is written beside its destination and renamed when it is complete: a reader sees the old file or the new
/// one, never half of one. What was not committed is removed.
package struct PartialFile: ~Copyable {
    let destination: String
    /// Where to write.
    package let path: String

    package init(_ destination: String) {
        self.destination = destination
        path = "\(destination).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max)).partial"
    }

    /// Renames; nil on success, else the system's reason.
    package consuming func commit() -> String? {
        rename(path, destination) == 0 ? nil : String(cString: strerror(errno))
    }

    /// Writes all bytes, waits until they are on the disk, then renames; nil on success, else the system's reason.
    package consuming func commit(_ bytes: [UInt8]) -> String? {
        guard let file = fopen(path, "wb") else { return String(cString: strerror(errno)) }
        let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        // Buffered bytes meet a full disk at the flush, and on some file systems only at the sync.
        let isWhole = written == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
        let reason = String(cString: strerror(errno))
        guard fclose(file) == 0, isWhole else { return reason }
        return commit()
    }

    deinit { unlink(path) }
}
