import Foundation

/// Calls `body` with a new empty folder and removes the folder afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// Returns the contents of every file in a folder and its subfolders, by the path relative to the folder.
func contents(of folder: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        let file = folder.appending(path: path)
        if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
            files[path] = try Data(contentsOf: file)
        }
    }
    return files
}
