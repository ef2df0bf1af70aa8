import Foundation

/// Information about the machine that the program runs on.
///
/// Higher layers add the properties that they know: the processor, and the versions of the libraries that they call.
public enum Machine {
    /// The number of processor cores that this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// The size of the machine's physical memory in bytes.
    public static var memoryBytes: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// The Linux setting for transparent huge pages: `always`, `madvise` or `never`. It is nil if the setting cannot be
    /// read, for example on another operating system.
    public static var transparentHugePages: String? {
        let path = "/sys/kernel/mm/transparent_hugepage/enabled"
        guard let line = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        // Linux puts brackets around the active setting: "always [madvise] never".
        return line.split(separator: " ").first { $0.hasPrefix("[") }.map {
            String($0.dropFirst().prefix { $0 != "]" })
        }
    }
}
