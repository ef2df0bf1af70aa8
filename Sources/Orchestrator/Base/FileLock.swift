import Foundation

/// An exclusive lock, with which a process keeps other processes from writing to the same folder.
///
/// It is an advisory lock (`flock`) of a file that contains the number of the process. The system releases the lock when
/// the process ends, even if it is killed. The file is removed at the end. The folders of the file are created, and
/// removed at the end if they are empty.
///
/// Its state changes only in `init` and `release()`, so that threads can share it.
package final class FileLock: @unchecked Sendable {
    /// The reason why a file could not be locked.
    package enum Failure: Error, Equatable {
        /// Another lock exists. `process` is the number of its process, if it is known.
        case held(process: Int?)
        case unwritable(reason: String)
    }

    /// Whether the lock excludes other processes. It is false if the file system has no locks.
    package private(set) var isEffective = true
    private let path: String
    private var file: Int32 = -1
    /// The folders that were created, each one inside the folder before it.
    private var created: [String] = []
    private var places: [TemporaryFiles.Place?] = []

    /// Locks the file `path`, without waiting.
    package init(_ path: String) throws(Failure) {
        self.path = path
        // Another process may remove the file or its folder at its end, between two calls of this process.
        for _ in 0..<100 {
            if try attempt() {
                places = ([path] + created.reversed()).map { TemporaryFiles.add($0) }
                return
            }
        }
        throw .unwritable(reason: String(cString: strerror(ENOENT)))
    }

    deinit { release() }

    /// Ends the lock. `deinit` does the same.
    package func release() {
        if file >= 0 {
            _ = path.withFileName { unlink($0) }
            close(file)
        }
        file = -1
        // rmdir removes empty folders only.
        for folder in created.reversed() { rmdir(folder) }
        created = []
        for place in places { TemporaryFiles.forget(place) }
        places = []
    }

    /// - Returns: false if another process has removed the file meanwhile.
    private func attempt() throws(Failure) -> Bool {
        try createFolders()
        let opened = path.withFileName { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
        guard opened >= 0 else {
            if errno == ENOENT || errno == EINTR { return false }
            throw .unwritable(reason: String(cString: strerror(errno)))
        }
        if flock(opened, LOCK_EX | LOCK_NB) != 0 {
            let reason = errno
            let owner = Self.process(in: opened)
            if reason == EWOULDBLOCK || reason == EINTR {
                close(opened)
                if reason == EINTR { return false }
                throw .held(process: owner)
            }
            isEffective = false
        }
        var (own, named) = (stat(), stat())
        guard fstat(opened, &own) == 0, path.withFileName({ stat($0, &named) }) == 0, own.st_ino == named.st_ino else {
            close(opened)
            return false
        }
        // The number is only for messages. If the disk is full, the lock has no number.
        let text = "\(ProcessInfo.processInfo.processIdentifier)\n"
        if ftruncate(opened, 0) == 0 { _ = pwrite(opened, text, text.utf8.count, 0) }
        file = opened
        return true
    }

    private static func process(in file: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(file, &bytes, bytes.count, 0)
        return Int(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).trimmingCharacters(in: .newlines))
    }

    private func createFolders() throws(Failure) {
        var missing: [String] = []
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
            missing.append(folder.path)
            folder.deleteLastPathComponent()
        }
        for folder in missing.reversed() {
            if mkdir(folder, 0o777) == 0 {
                created.append(folder)
            } else if errno != EEXIST {
                throw .unwritable(reason: String(cString: strerror(errno)))
            }
        }
    }
}
