import Foundation

/// A file that is written under a temporary name in the folder of its destination, and renamed when it is complete.
///
/// A reader sees the old file or the complete new file, but never a part of a file. A temporary file that is not
/// committed is removed, also when a signal ends the process (``Interruption``).
package struct PartialFile: ~Copyable {
    let destination: String
    /// The path of the temporary file. The caller writes to this path.
    package let path: String
    private let place: TemporaryFiles.Place?

    package init(_ destination: String) {
        self.destination = destination
        path = "\(destination).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max)).partial"
        place = TemporaryFiles.add(path)
    }

    /// Renames the temporary file to its destination.
    ///
    /// - Returns: nil on success, otherwise the error message of the system.
    package consuming func commit() -> String? {
        let status = path.withFileName { source in destination.withFileName { rename(source, $0) } }
        return status == 0 ? nil : String(cString: strerror(errno))
    }

    /// Writes `bytes`, waits until they are on the disk, and renames the temporary file to its destination.
    ///
    /// - Returns: nil on success, otherwise the error message of the system.
    package consuming func commit(_ bytes: [UInt8]) -> String? {
        if let reason = write(bytes) { return reason }
        return commit()
    }

    /// Writes `bytes` to the temporary file, and waits until they are on the disk.
    ///
    /// - Returns: nil on success, otherwise the error message of the system.
    package func write(_ bytes: [UInt8]) -> String? {
        guard let file = path.withFileName({ fopen($0, "wb") }) else { return String(cString: strerror(errno)) }
        let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        // The bytes are buffered. A full disk causes an error only in `fflush`, on some file systems only in `fsync`.
        let isWhole = written == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
        let reason = isWhole ? nil : String(cString: strerror(errno))
        let isClosed = fclose(file) == 0
        if let reason { return reason }
        return isClosed ? nil : String(cString: strerror(errno))
    }

    /// Whether a name is that of a temporary file of this or another process.
    static func isTemporary(_ name: String) -> Bool { name.wholeMatch(of: /.+\.\d+-\d+\.partial/) != nil }

    /// Removes the temporary files of processes that were killed. The caller must be the only one that writes to the
    /// folder (``FileLock``).
    package static func removeAll(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isTemporary(name) {
            _ = "\(folder)/\(name)".withFileName { unlink($0) }
        }
    }

    deinit {
        _ = path.withFileName { unlink($0) }
        TemporaryFiles.forget(place)
    }
}
