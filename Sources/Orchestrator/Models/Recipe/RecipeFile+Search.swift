import Foundation

extension RecipeFile {
    /// The existing folders in which named recipes are searched, in this order: the folder in `OSSICLE_CONFIGS`;
    /// `Configs` and `share/ossicle/Configs` beside the program, and in each folder above it (the build folder of a
    /// package is inside the package); `Configs` in the current folder.
    public static var searchFolders: [String] {
        var folders: [String] = []
        if let namedFolder { folders.append(namedFolder) }
        if var folder = programFolder {
            while folder.path != "/" {
                folders.append(folder.appending(path: "Configs").path)
                folders.append(folder.appending(path: "share/ossicle/Configs").path)
                folder = folder.deletingLastPathComponent()
            }
        }
        folders.append(FileManager.default.currentDirectoryPath + "/Configs")
        var seen: Set<String> = []
        return folders.filter { isFolder($0) && seen.insert($0).inserted }
    }

    /// The places in which recipes are searched, as text. It names the program itself, to which symbolic links lead.
    static var searchedPlaces: String {
        let places = [
            namedFolder.map { "\($0) (OSSICLE_CONFIGS)" },
            programFolder.map { "Configs and share/ossicle/Configs in \($0.path) and the folders above it" },
            FileManager.default.currentDirectoryPath + "/Configs",
        ]
        return places.compactMap(\.self).joined(separator: ", ")
    }

    private static var namedFolder: String? {
        ProcessInfo.processInfo.environment["OSSICLE_CONFIGS"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static var programFolder: URL? {
        Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// The names of the recipes in ``searchFolders``, sorted.
    public static var names: [String] {
        let files = searchFolders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
        return Set(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }).sorted()
    }

    /// The path of the file for a name or a path.
    static func locate(_ nameOrPath: String) throws(RecipeError) -> String {
        let looksLikePath =
            nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") || nameOrPath.hasSuffix(".yml")
        if looksLikePath {
            guard FileManager.default.fileExists(atPath: nameOrPath) else {
                throw .unreadable(path: nameOrPath, reason: "there is no such file")
            }
            guard !isFolder(nameOrPath) else { throw .unreadable(path: nameOrPath, reason: "it is a folder") }
            return nameOrPath
        }
        for folder in searchFolders {
            let path = "\(folder)/\(nameOrPath).yaml"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw .notFound(name: nameOrPath, known: names)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
