import Foundation

/// Recordings that are not part of the repository. They are in the folder of the environment variable OSSICLE_DATA, or
/// in ../shared/data relative to the package. If they are missing, the tests that need them print a line and are
/// skipped. In CI they must exist.
enum RealData {
    static let root: String? = {
        let environment = ProcessInfo.processInfo.environment
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("../shared/data").standardizedFileURL.path
        return [environment["OSSICLE_DATA"], beside].compactMap { $0 }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// Returns the path of a folder or file of the recordings. If it is missing, prints a line and returns nil.
    static func path(_ name: String) -> String? {
        if let path = root.map({ "\($0)/\(name)" }), FileManager.default.fileExists(atPath: path) { return path }
        precondition(
            ProcessInfo.processInfo.environment["CI"] == nil, "CI needs the recordings “\(name)”: set OSSICLE_DATA")
        print("skipped: no recordings “\(name)”; set OSSICLE_DATA to the folder that holds them")
        return nil
    }

    /// Returns the paths of all files with this extension in a folder and its subfolders, sorted by name. If the folder
    /// is missing, the result is empty.
    static func files(_ name: String, extension suffix: String = "wav") -> [String] {
        guard let folder = path(name), let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".\(suffix)") }.sorted().map {
            "\(folder)/\($0)"
        }
    }
}
