import Foundation
import OssicleBase

/// The folder of a new corpus. Its name is `NAME.ID.partial`, with an ID of its own, until all files are written, and then
/// `NAME`. Therefore a folder with the final name always contains a complete corpus. A lock (`.NAME.lock` beside it) keeps
/// other processes from writing to the same name.
struct CorpusFolder: Sendable {
    /// The path that the caller gave, for messages.
    private let path: String
    let final: URL
    let partial: URL
    private let lock: FileLock
    /// The folder for files that are not part of the corpus.
    var scratch: URL { partial.appending(path: ".rendering") }

    /// Creates the partial folder.
    /// - Throws: ``CorpusError/outputExists(_:)`` if `path` is a file or a folder that is not empty;
    ///   ``CorpusError/outputInUse(_:process:)`` if another process writes a corpus there.
    init(_ path: String) throws(CorpusError) {
        self.path = path
        // A symbolic link is followed, because a folder cannot be renamed to a link.
        final = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
        let id = "\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max))"
        partial = final.deletingLastPathComponent().appending(path: "\(final.lastPathComponent).\(id).partial")
        let files = FileManager.default
        let (parent, name) = (final.deletingLastPathComponent(), final.lastPathComponent)
        do throws(FileLock.Failure) {
            lock = try FileLock(parent.appending(path: ".\(name).lock").path)
        } catch {
            switch error {
            case .held(let process): throw .outputInUse(path, process: process)
            case .unwritable(let reason): throw .outputUnwritable(parent.path, reason: reason)
            }
        }
        // contentsOfDirectory gives nil for a file, so a file at this path is refused, too.
        if files.fileExists(atPath: final.path) {
            guard let contents = try? files.contentsOfDirectory(atPath: final.path), contents.isEmpty else {
                throw .outputExists(path)
            }
        }
        if lock.isEffective {
            // Folders of processes that were killed.
            for old in (try? files.contentsOfDirectory(atPath: parent.path)) ?? [] where Self.isPartial(old, of: name) {
                try? files.removeItem(at: parent.appending(path: old))
            }
        }
        try Self.attempt(partial.path) { try files.createDirectory(at: scratch, withIntermediateDirectories: true) }
    }

    /// Whether a name is `NAME.ID.partial`.
    private static func isPartial(_ folder: String, of name: String) -> Bool {
        folder.hasPrefix(name + ".") && folder.dropFirst(name.count).wholeMatch(of: /\.\d+-\d+\.partial/) != nil
    }

    /// Deletes the scratch folder and gives the corpus its final name.
    /// - Throws: ``CorpusError/outputExists(_:)`` if there is meanwhile a file or a folder that is not empty.
    func publish() throws(CorpusError) {
        defer { lock.release() }
        try Self.attempt(scratch.path) { try FileManager.default.removeItem(at: scratch) }
        // rename replaces an empty folder, and nothing else.
        guard rename(partial.path, final.path) != 0 else { return }
        switch errno {
        case ENOTEMPTY, EEXIST, ENOTDIR: throw .outputExists(path)
        default: throw .outputUnwritable(final.path, reason: String(cString: strerror(errno)))
        }
    }

    /// Deletes the partial folder after a failure.
    func discard() {
        try? FileManager.default.removeItem(at: partial)
        lock.release()
    }

    func makeFolder(_ name: String) throws(CorpusError) {
        let folder = partial.appending(path: name)
        try Self.attempt(folder.path) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    func write(_ data: Data, to name: String) throws(CorpusError) {
        let file = partial.appending(path: name)
        try Self.attempt(file.path) { try data.write(to: file) }
    }

    private static func attempt(_ path: String, _ body: () throws -> Void) throws(CorpusError) {
        do {
            try body()
        } catch {
            throw .outputUnwritable(path, reason: error.systemReason)
        }
    }
}
