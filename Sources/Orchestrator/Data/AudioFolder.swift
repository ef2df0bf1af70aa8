import Foundation
import OssicleAudio

/// Functions of the file system for layouts. All lists have a fixed order.
enum AudioFolder {
    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The names in a folder, sorted by their bytes. Hidden files are omitted, and with them the `._name.wav` files of
    /// macOS.
    static func names(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names of the folders in a folder. To save time, a name with the ending of an audio file is not examined: a
    /// data set can have hundreds of thousands of them.
    static func folders(in folder: String) -> [String] {
        names(in: folder).filter { !AudioFile.isAudioPath($0) && isFolder("\(folder)/\($0)") }
    }

    /// The audio files in `folder` and its subfolders, as paths relative to it, sorted by their bytes.
    static func audio(below folder: String) -> [String] {
        var found: [String] = []
        collect(folder, prefix: "", depth: 0, into: &found)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(_ folder: String, prefix: String, depth: Int, into found: inout [String]) {
        // Symbolic links may form a cycle. No data set has this many levels of folders.
        guard depth < 32 else { return }
        for name in names(in: folder) {
            if AudioFile.isAudioPath(name) {
                found.append(prefix + name)
            } else if isFolder("\(folder)/\(name)") {
                collect("\(folder)/\(name)", prefix: "\(prefix)\(name)/", depth: depth + 1, into: &found)
            }
        }
    }

    /// The text of a table or list that belongs to a data set.
    /// - Throws: `DataError.malformed` if it cannot be read as UTF-8 text.
    static func text(_ path: String) throws(DataError) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .malformed(path: path, reason: "it cannot be read as UTF-8 text (\(error.localizedDescription))")
        }
    }
}

extension StringProtocol {
    /// The last component of a path.
    var fileName: String { String(split(separator: "/").last ?? "") }

    /// The last component of a path, without its file extension.
    var fileStem: String {
        let name = fileName
        return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
}
