import Foundation
import OssicleBase

extension Machine {
    /// The memory in bytes that this process can still use; nil if it is unknown. It is the memory that the machine has
    /// available, or less if a control group, for example that of a container, has a lower limit.
    package static var availableMemory: Int? {
        let machine = text("/proc/meminfo").flatMap { value("MemAvailable:", in: $0) }.map { $0 << 10 }
        let groups = (text("/proc/self/cgroup") ?? "").split(separator: "\n").compactMap { line -> Int? in
            // A line is NUMBER:CONTROLLERS:PATH. The list of controllers is empty in version 2.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { return nil }
            if fields[1].isEmpty { return available(inGroup: fields[2], below: "/sys/fs/cgroup", .version2) }
            guard fields[1].split(separator: ",").contains("memory") else { return nil }
            return available(inGroup: fields[2], below: "/sys/fs/cgroup/memory", .version1)
        }
        return ([machine] + groups).compactMap { $0 }.min()
    }

    /// The names of the files of a control group, which depend on the version of the interface.
    struct MemoryGroupFiles {
        let limit, usage: String
        /// The field of `memory.stat` with the file cache, which the system gives up when memory is needed.
        let cache: String

        static let version1 = MemoryGroupFiles(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_cache")
        static let version2 = MemoryGroupFiles(limit: "memory.max", usage: "memory.current", cache: "file")
    }

    /// The lowest of the memory that a group and the groups above it have left; nil if none of them has a limit.
    ///
    /// - Parameters:
    ///   - group: the path of the group, which begins with a slash.
    ///   - root: the folder of the root group.
    static func available(inGroup group: String, below root: String, _ files: MemoryGroupFiles) -> Int? {
        var components = group.split(separator: "/")
        var least: Int?
        while true {
            let folder = ([Substring(root)] + components).joined(separator: "/")
            if let limit = text("\(folder)/\(files.limit)").flatMap({ Int($0) }),
                let usage = text("\(folder)/\(files.usage)").flatMap({ Int($0) })
            {
                let cache = text("\(folder)/memory.stat").flatMap { value(files.cache, in: $0) } ?? 0
                least = min(least ?? .max, max(0, limit - max(0, usage - cache)))
            }
            if components.isEmpty { return least }
            components.removeLast()
        }
    }

    private static func text(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The number after `name` in a text with one name and number per line.
    private static func value(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").lazy.map { $0.split(separator: " ") }.first { $0.first == name[...] }
        return line?.dropFirst().first.flatMap { Int($0) }
    }
}
