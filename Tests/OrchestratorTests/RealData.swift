import Foundation

/// Recordings that are not part of the repository: the folder that OSSICLE_DATA names, or ../shared/data beside the
/// package. Tests that need them are skipped, visibly, where they are absent; under CI they must be there.
enum RealData {
    static let root: String? = {
        let environment = ProcessInfo.processInfo.environment
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("../shared/data").standardizedFileURL.path
        return [environment["OSSICLE_DATA"], beside].compactMap { $0 }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// The path of a folder or file in there; nil, with a printed line, where it is absent.
    static func path(_ name: String) -> String? {
        if let path = root.map({ "\($0)/\(name)" }), FileManager.default.fileExists(atPath: path) { return path }
        precondition(
            ProcessInfo.processInfo.environment["CI"] == nil, "CI needs the recordings “\(name)”: set OSSICLE_DATA")
        print("skipped: no recordings “\(name)”; set OSSICLE_DATA to the folder that holds them")
        return nil
    }

    /// Files below a folder with this extension, sorted by name; empty where the folder is absent.
    static func files(_ name: String, extension suffix: String = "wav") -> [String] {
        guard let folder = path(name), let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".\(suffix)") }.sorted().map {
            "\(folder)/\($0)"
        }
    }
}
