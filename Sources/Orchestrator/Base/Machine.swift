import Foundation

/// The machine that the program runs on. Layers above add what they know of it: the processor, and the versions of the
/// libraries that they call.
public enum Machine {
    /// Cores that this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Bytes of memory in the machine.
    public static var memoryBytes: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// What Linux does with large blocks of memory: always, madvise or never; nil elsewhere.
    public static var transparentHugePages: String? {
        let path = "/sys/kernel/mm/transparent_hugepage/enabled"
        guard let line = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        // The kernel puts brackets around what is chosen: "always [madvise] never".
        return line.split(separator: " ").first { $0.hasPrefix("[") }.map {
            String($0.dropFirst().prefix { $0 != "]" })
        }
    }
}
