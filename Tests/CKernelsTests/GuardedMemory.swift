import Foundation

/// Parts of memory of equal size. Each part is 64-byte aligned and followed by a protected page: a read or a write
/// after the end of a part ends the process.
final class GuardedMemory {
    /// The address of the first part.
    let base: UnsafeMutableRawPointer
    /// The size of a part in bytes, a multiple of 64.
    let bytes: Int
    /// The distance between two parts in bytes.
    let pitch: Int
    private let mapping: UnsafeMutableRawPointer
    private let length: Int

    init(parts: Int = 1, bytes wanted: Int) {
        let page = Int(getpagesize())
        bytes = max(64, (wanted + 63) / 64 * 64)
        let room = (bytes + page - 1) / page * page
        pitch = room + page
        length = parts * pitch
        let flags = MAP_PRIVATE | Int32(MAP_ANONYMOUS)
        guard let mapping = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0), mapping != MAP_FAILED else {
            fatalError("no memory for \(length) bytes")
        }
        self.mapping = mapping
        for part in 0..<parts where mprotect(mapping + part * pitch + room, page, PROT_NONE) != 0 {
            fatalError("no guard page")
        }
        base = mapping + (room - bytes)
    }

    deinit { munmap(mapping, length) }
}
