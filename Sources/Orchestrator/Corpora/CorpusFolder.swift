import Foundation

/// The folder of a new corpus. Its name is `NAME.partial` until all files are written, and then `NAME`. Therefore a
/// folder with the final name always contains a complete corpus.
struct CorpusFolder: Sendable {
    let final: URL
    let partial: URL
    /// The folder for files that are not part of the corpus.
    var scratch: URL { partial.appending(path: Self.scratchName) }
    private static let scratchName = ".rendering"

    /// Creates the partial folder. A partial folder that an interrupted run has left is deleted first.
    /// - Throws: ``CorpusError/outputExists(_:)`` if `path` is a file or a folder that is not empty;
    ///   ``CorpusError/unfinishedOutput(_:)`` if the partial folder exists and was not created by this program.
    init(_ path: String) throws(CorpusError) {
        final = URL(fileURLWithPath: path).standardizedFileURL
        partial = final.deletingLastPathComponent().appending(path: final.lastPathComponent + ".partial")
        let files = FileManager.default
        // contentsOfDirectory gives nil for a file, so a file at this path is refused, too.
        if files.fileExists(atPath: final.path) {
            guard let contents = try? files.contentsOfDirectory(atPath: final.path), contents.isEmpty else {
                throw .outputExists(path)
            }
        }
        if files.fileExists(atPath: partial.path) {
            // A partial folder is deleted only if it contains the scratch folder of this program.
            guard files.fileExists(atPath: scratch.path) else { throw .unfinishedOutput(partial.path) }
            try Self.attempt(partial.path) { try files.removeItem(at: partial) }
        }
        try Self.attempt(partial.path) { try files.createDirectory(at: scratch, withIntermediateDirectories: true) }
    }

    /// Deletes the scratch folder and gives the corpus its final name.
    func publish() throws(CorpusError) {
        let files = FileManager.default
        try Self.attempt(final.path) {
            try files.removeItem(at: scratch)
            if files.fileExists(atPath: final.path) { try files.removeItem(at: final) }
            try files.moveItem(at: partial, to: final)
        }
    }

    /// Deletes the partial folder after a failure.
    func discard() { try? FileManager.default.removeItem(at: partial) }

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
            throw .outputUnwritable(path, reason: error.localizedDescription)
        }
    }
}
