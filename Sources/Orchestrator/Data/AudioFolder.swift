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
    /// - Throws: `DataError.unreadableFolder`.
    static func names(in folder: String) throws(DataError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw .unreadableFolder(path: folder, reason: error.localizedDescription)
        }
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names of the folders in a folder. To save time, a name with the ending of an audio file is not examined: a
    /// data set can have hundreds of thousands of them.
    static func folders(in folder: String) throws(DataError) -> [String] {
        try names(in: folder).filter { !AudioFile.isAudioPath($0) && isFolder("\(folder)/\($0)") }
    }

    /// The audio files in `folder` and its subfolders, as paths relative to it, sorted by their bytes.
    static func audio(below folder: String) throws(DataError) -> [String] {
        try files(below: folder, where: AudioFile.isAudioPath)
    }

    /// The files in `root` and its subfolders, as paths relative to it, sorted by their bytes. If symbolic links lead to
    /// a folder on several ways, its files are listed once: with their path without links if there is one.
    /// - Parameter isWanted: whether the file with this relative path is listed.
    static func files(
        below root: String, where isWanted: (String) -> Bool
    ) throws(DataError) -> [String] {
        var found: [String] = []
        var visited: Set<String> = []
        // Links are followed after all folders that can be reached without them.
        var links = [""]
        while !links.isEmpty {
            var pending = [links.removeFirst()]
            while let prefix = pending.popLast() {
                let real = URL(filePath: "\(root)/\(prefix)").resolvingSymlinksInPath().path
                guard visited.insert(real).inserted else { continue }
                for name in try names(in: "\(root)/\(prefix)") {
                    let (relative, path) = (prefix + name, "\(root)/\(prefix)\(name)")
                    if AudioFile.isAudioPath(name) || !isFolder(path) {
                        if isWanted(relative) { found.append(relative) }
                    } else if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil {
                        links.append(relative + "/")
                    } else {
                        pending.append(relative + "/")
                    }
                }
            }
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
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
