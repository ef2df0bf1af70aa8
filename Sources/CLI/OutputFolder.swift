import Foundation

/// The folder for the files of an option such as `--pictures`.
enum OutputFolder {
    /// The error for a folder that cannot be created. The description is one sentence.
    private struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "cannot create the folder \(path): \(reason)" }
    }

    /// Creates the folder and the folders that contain it, if there are none.
    static func create(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(path: path, reason: error.systemReason)
        }
    }
}
