import Foundation
import OssicleAudio

/// The file system as the layouts see it: which files are audio, in a fixed order.
enum AudioFolder {
    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Names in a folder, sorted by their bytes; hidden ones (also macOS's `._name.wav` shadows) left out.
    static func names(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Names of the folders in a folder. Names that end like audio are not asked for their kind: a data set has hundreds
    /// of thousands of them.
    static func folders(in folder: String) -> [String] {
        names(in: folder).filter { !AudioFile.isAudioPath($0) && isFolder("\(folder)/\($0)") }
    }

    /// Audio files anywhere below `folder`, as paths relative to it, sorted by their bytes.
    static func audio(below folder: String) -> [String] {
        var found: [String] = []
        collect(folder, prefix: "", depth: 0, into: &found)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(_ folder: String, prefix: String, depth: Int, into found: inout [String]) {
        // Links may lead back up; no data set is this deep.
        guard depth < 32 else { return }
        for name in names(in: folder) {
            if AudioFile.isAudioPath(name) {
                found.append(prefix + name)
            } else if isFolder("\(folder)/\(name)") {
                collect("\(folder)/\(name)", prefix: "\(prefix)\(name)/", depth: depth + 1, into: &found)
            }
        }
    }

    /// Text of a table or list that belongs to a data set.
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

    /// The last component of a path, without its ending.
    var fileStem: String {
        let name = fileName
        return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
}
