import Foundation
import OssicleAudio
import OssicleBase

/// Functions of the file system for layouts. All lists have a fixed order. Names are read and given back as bytes
/// (`String(fileBytes:)`), because a name need not be UTF-8.
enum AudioFolder {
    /// One name in a folder.
    struct Item {
        enum Kind: Equatable {
            case file
            case folder
            /// A symbolic link to a folder.
            case folderLink
            /// A symbolic link to nothing.
            case brokenLink
        }

        let name: String
        let kind: Kind
    }

    static func isFolder(_ path: String) -> Bool { FileIdentity(path)?.isFolder == true }

    static func exists(_ path: String) -> Bool { FileIdentity(path) != nil }

    /// The files and folders in a folder, sorted by the bytes of their names. Hidden ones are omitted, and with them the
    /// `._name.wav` files of macOS. The kind of a plain file is known without opening it: a data set can have hundreds
    /// of thousands of them.
    /// - Throws: `DataError.unreadableFolder`.
    static func items(in folder: String) throws(DataError) -> [Item] {
        func failure() -> DataError { .unreadableFolder(path: folder, reason: String(cString: strerror(errno))) }
        guard let stream = folder.withFileName({ opendir($0) }) else { throw failure() }
        defer { closedir(stream) }
        var items: [Item] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw failure() }
                break
            }
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            let name = String(fileBytes: bytes)
            let kind: Item.Kind =
                switch Int(entry.pointee.d_type) {
                case Int(DT_REG): .file
                case Int(DT_DIR): .folder
                default: kind(of: "\(folder)/\(name)")
                }
            items.append(Item(name: name, kind: kind))
        }
        return items.sorted { ByteText($0.name) < ByteText($1.name) }
    }

    private static func kind(of path: String) -> Item.Kind {
        var status = stat()
        guard path.withFileName({ lstat($0, &status) }) == 0 else { return .brokenLink }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        guard status.st_mode & S_IFMT == S_IFLNK else { return .file }
        guard let target = FileIdentity(path) else { return .brokenLink }
        return target.isFolder ? .folderLink : .file
    }

    /// The names of the files in a folder.
    static func files(in folder: String) throws(DataError) -> [String] {
        try items(in: folder).filter { $0.kind == .file || $0.kind == .brokenLink }.map(\.name)
    }

    /// The names of the folders in a folder.
    static func folders(in folder: String) throws(DataError) -> [String] {
        try items(in: folder).filter { $0.kind == .folder || $0.kind == .folderLink }.map(\.name)
    }

    /// The audio files in `folder` and its subfolders, as paths relative to it, sorted by their bytes.
    static func audio(below folder: String) throws(DataError) -> [String] { try contents(of: folder).audio }

    /// The files in `root` and its subfolders. If symbolic links lead to a folder on several ways, its files are listed
    /// once: with their path without links if there is one.
    /// - Parameter isWanted: whether a file that is not audio, with this relative path, is listed.
    static func contents(
        of root: String, others isWanted: (String) -> Bool = { _ in false }
    ) throws(DataError) -> FolderContents {
        var contents = FolderContents(root: root)
        var visited: Set<FileIdentity> = []
        // Links are followed after all folders that can be reached without them.
        var links = [""]
        while !links.isEmpty {
            var pending = [links.removeFirst()]
            while let prefix = pending.popLast() {
                let folder = prefix.isEmpty ? root : "\(root)/\(prefix)"
                if let identity = FileIdentity(folder), !visited.insert(identity).inserted { continue }
                for item in try items(in: folder) {
                    let relative = prefix + item.name
                    switch item.kind {
                    case .file: contents.add(relative, isWanted: isWanted)
                    case .folder: pending.append(relative + "/")
                    case .folderLink: links.append(relative + "/")
                    case .brokenLink: contents.add(brokenLink: relative)
                    }
                }
            }
        }
        contents.sort()
        return contents
    }
}

/// The identity of a file or folder in the file system. It is the same for all paths that lead to it.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64
    /// The size and the time of the last change, because some network file systems number their files more than once.
    let size: Int
    private let changed: Int
    private let changedNanoseconds: Int
    let isFolder: Bool

    /// nil if there is no file or folder at `path`, or if it cannot be reached.
    package init?(_ path: String) {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        // A folder may change while it is read.
        size = isFolder ? 0 : Int(status.st_size)
        changed = isFolder ? 0 : Int(status.st_mtim.tv_sec)
        changedNanoseconds = isFolder ? 0 : Int(status.st_mtim.tv_nsec)
    }
}

extension String {
    /// The components of a path. The separators are compared as bytes: a name can begin with a combining character.
    var pathComponents: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    /// The last component of a path.
    var fileName: String { pathComponents.last ?? "" }

    /// The last component of a path, without its file extension.
    var fileStem: String { fileName.withoutFileExtension }

    /// The path without its file extension.
    var withoutFileExtension: String {
        guard let dot = utf8.lastIndex(of: UInt8(ascii: ".")), !utf8[dot...].contains(UInt8(ascii: "/")) else {
            return self
        }
        return String(self[..<dot])
    }

    /// The path without empty components and `.` components. A `/` at the beginning is kept.
    var normalizedPath: String {
        let components = pathComponents.filter { $0 != "." }
        return (utf8.first == UInt8(ascii: "/") ? "/" : "") + components.joined(separator: "/")
    }
}
