import Foundation

/// The folder that a corpus is rendered into: `NAME.partial` until everything is there, then `NAME`, so that a folder
/// with the final name is always a whole corpus.
struct CorpusFolder: Sendable {
    let final: URL
    let partial: URL
    /// Holds files that the corpus does not keep.
    var scratch: URL { partial.appending(path: Self.scratchName) }
    private static let scratchName = ".rendering"

    /// Refuses a path that is in use; clears what an interrupted run left behind.
    init(_ path: String) throws(CorpusError) {
        final = URL(fileURLWithPath: path).standardizedFileURL
        partial = final.deletingLastPathComponent().appending(path: final.lastPathComponent + ".partial")
        let files = FileManager.default
        // fileExists is false for an empty answer, contentsOfDirectory nil for a file: a file is refused as well.
        if files.fileExists(atPath: final.path) {
            guard let contents = try? files.contentsOfDirectory(atPath: final.path), contents.isEmpty else {
                throw .outputExists(path)
            }
        }
        if files.fileExists(atPath: partial.path) {
            // Only a folder with our own scratch folder in it is ours to delete.
            guard files.fileExists(atPath: scratch.path) else { throw .unfinishedOutput(partial.path) }
            try Self.attempt(partial.path) { try files.removeItem(at: partial) }
        }
        try Self.attempt(partial.path) { try files.createDirectory(at: scratch, withIntermediateDirectories: true) }
    }

    /// Gives the corpus its final name.
    func publish() throws(CorpusError) {
        let files = FileManager.default
        try Self.attempt(final.path) {
            try files.removeItem(at: scratch)
            if files.fileExists(atPath: final.path) { try files.removeItem(at: final) }
            try files.moveItem(at: partial, to: final)
        }
    }

    /// Removes everything, after a failure.
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
