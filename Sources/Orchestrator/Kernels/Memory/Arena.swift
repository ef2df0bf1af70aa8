import Foundation
import OssicleBase

/// An error of allocating memory. The description is one sentence and names the size.
public struct MemoryError: Error, CustomStringConvertible {
    /// The size that could not be allocated.
    public let bytes: Int
    /// What the user can do, as the second part of the sentence.
    var advice = Self.smallerBatch
    package static let smallerBatch = "use a smaller --batch-size"
    public var description: String {
        "cannot allocate \(bytes >> 20) MiB of memory; \(advice), or free memory on this machine"
    }
}

/// A block of memory for tensors. It is one anonymous mapping, with huge pages if the system has them.
///
/// All pages are written once at set-up, because a page fault during a training step costs more time than the
/// computations around it.
package struct Arena: ~Copyable {
    private let base: UnsafeMutableRawPointer
    package let bytes: Int
    private static let hugePage = 2 << 20

    package init(bytes wanted: Int) throws(MemoryError) {
        bytes = max(1, (wanted + Self.hugePage - 1) / Self.hugePage) * Self.hugePage
        base = try Self.map(bytes)
        memset(base, 0, bytes)
    }

    /// Checks that memory is available. Linux allows a mapping of any size, but it ends a process that writes to more
    /// memory than there is.
    /// - Parameter advice: what the user can do if it is not, as the second part of a sentence.
    package static func expectAvailable(
        _ bytes: Int, advice: String = MemoryError.smallerBatch
    ) throws(MemoryError) {
        guard bytes <= Machine.availableMemory ?? .max else { throw MemoryError(bytes: bytes, advice: advice) }
    }

    private static func map(_ bytes: Int) throws(MemoryError) -> UnsafeMutableRawPointer {
        try expectAvailable(bytes)
        guard let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapped != MAP_FAILED
        else { throw MemoryError(bytes: bytes) }
        madvise(mapped, bytes, MADV_HUGEPAGE)
        return mapped
    }

    deinit { munmap(base, bytes) }

    /// Returns `count` floats. The first one is `offset` bytes after the start of the arena.
    ///
    /// - Parameter offset: a multiple of 64.
    package func buffer(at offset: Int, count: Int) -> Buffer {
        precondition(offset >= 0 && offset % 64 == 0 && offset + count * 4 <= bytes, "outside the arena")
        return Buffer(base: (base + offset).assumingMemoryBound(to: Float.self), count: count)
    }

    /// Returns the address of `count` bfloat16 values. The first one is `offset` bytes after the start of the arena.
    ///
    /// - Parameter offset: a multiple of 64.
    package func halves(at offset: Int, count: Int) -> UnsafeMutablePointer<UInt16> {
        precondition(offset >= 0 && offset % 64 == 0 && offset + count * 2 <= bytes, "outside the arena")
        return (base + offset).assumingMemoryBound(to: UInt16.self)
    }
}
