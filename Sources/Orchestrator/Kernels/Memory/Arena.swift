import Foundation

/// Memory could not be had: one sentence with the size.
public struct MemoryError: Error, CustomStringConvertible {
    public let bytes: Int
    public var description: String {
        "cannot allocate \(bytes >> 20) MiB of memory; use a smaller --batch-size, or free memory on this machine"
    }
}

/// One anonymous mapping, in huge pages where the system has them, touched once at set-up: a page fault inside a training
/// step costs more than the arithmetic around it.
package struct Arena: ~Copyable {
    private let base: UnsafeMutableRawPointer
    package let bytes: Int
    private static let hugePage = 2 << 20

    package init(bytes wanted: Int) throws(MemoryError) {
        bytes = max(1, (wanted + Self.hugePage - 1) / Self.hugePage) * Self.hugePage
        base = try Self.map(bytes)
        memset(base, 0, bytes)
    }

    private static func map(_ bytes: Int) throws(MemoryError) -> UnsafeMutableRawPointer {
        guard available(bytes),
            let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapped != MAP_FAILED
        else { throw MemoryError(bytes: bytes) }
        madvise(mapped, bytes, MADV_HUGEPAGE)
        return mapped
    }

    deinit { munmap(base, bytes) }

    /// Floats from `offset` bytes on.
    package func buffer(at offset: Int, count: Int) -> Buffer {
        precondition(offset >= 0 && offset % 64 == 0 && offset + count * 4 <= bytes, "outside the arena")
        return Buffer(base: (base + offset).assumingMemoryBound(to: Float.self), count: count)
    }

    /// Bfloat16 values from `offset` bytes on.
    package func halves(at offset: Int, count: Int) -> UnsafeMutablePointer<UInt16> {
        precondition(offset >= 0 && offset % 64 == 0 && offset + count * 2 <= bytes, "outside the arena")
        return (base + offset).assumingMemoryBound(to: UInt16.self)
    }

    /// Linux grants any mapping and kills the process that touches too much of it; ask first.
    private static func available(_ bytes: Int) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return true }
        return bytes <= kilobytes << 10
    }
}
