import CZlib
import OssicleBase

/// Writes named arrays to one `.npz` file, as `numpy.load` reads it: a zip archive of `.npy` files, stored without compression, of any
/// size (zip64). An array of floats can be written row by row, so that it does not have to fit into memory. The file appears
/// complete or not at all: it is removed if ``finish()`` is not called. The same arrays give the same file.
///
/// *Reference:* PKWARE, "APPNOTE.TXT: .ZIP file format specification", version 6.3.10, sections 4.3 and 4.5.3.
package final class NumpyArchive {
    private struct Member {
        let name: [UInt8]
        let offset: UInt64
        var size: UInt64 = 0
        var checksum: UInt32 = 0
    }

    private let stream: NumpyStream
    private var members: [Member] = []
    /// Sizes and offsets from here on need zip64 records.
    private let limit: UInt64

    /// Opens the file, so that a path that cannot be written is found before anything is computed.
    /// - Parameter limit: for tests, which cannot write 4 GiB.
    package init(_ path: String, limit: UInt64 = 0xFFFF_FFFF) throws(NumpyError) {
        self.limit = limit
        stream = try NumpyStream(path)
    }

    package func add(name: String, floats: [Float], shape: [Int]) throws(NumpyError) {
        precondition(shape.reduce(1, *) == floats.count, "the shape's product is the number of values")
        try begin(name)
        try append(NumpyFile.header(NumpyFile.floatType, shape).span.bytes)
        // In blocks, because a copy of all values would double the memory.
        for first in stride(from: 0, to: floats.count, by: Self.blockValues) {
            try append(floats: floats[first..<min(first + Self.blockValues, floats.count)])
        }
        try end()
    }

    private func append(floats: some Collection<Float>) throws(NumpyError) {
        let values = floats.map(\.bitPattern.littleEndian)
        try append(values.span.bytes)
    }

    private static let blockValues = 1 << 20

    package func add(name: String, ints: [Int64], shape: [Int]) throws(NumpyError) {
        try add(name, NumpyFile.bytes(ints: ints, shape: shape))
    }

    package func add(name: String, strings: [String]) throws(NumpyError) {
        try add(name, NumpyFile.bytes(strings: strings))
    }

    private func add(_ name: String, _ bytes: [UInt8]) throws(NumpyError) {
        try begin(name)
        try append(bytes.span.bytes)
        try end()
    }

    /// Writes an array of floats, (rows, columns), row by row.
    /// - Parameter body: calls its argument with whole rows, any number of times.
    package func add(
        name: String, columns: Int, body: (_ append: (_ rows: [Float]) throws -> Void) throws -> Void
    ) throws {
        try begin(name)
        // With any number of rows the header has the same length.
        let placeholder = NumpyFile.header(NumpyFile.floatType, [0, columns])
        try append(placeholder.span.bytes)
        members[members.count - 1].checksum = 0
        var values = 0
        try body { rows in
            values += rows.count
            try append(floats: rows)
        }
        precondition(values % max(1, columns) == 0, "whole rows")
        let header = NumpyFile.header(NumpyFile.floatType, [values / max(1, columns), columns])
        let member = members[members.count - 1]
        let data = member.size - UInt64(header.count)
        members[members.count - 1].checksum = UInt32(
            crc32_combine(Self.crc32(0, header.span.bytes), uLong(member.checksum), Int(data)))
        try stream.rewrite(at: member.offset + UInt64(Self.localHeader(member).count), header)
        try end()
    }

    /// Writes the directory, waits until everything is on the disk, and gives the file its name.
    package func finish() throws(NumpyError) {
        let start = try stream.position()
        for member in members { try stream.write(central(member)) }
        let end = try stream.position()
        try stream.write(endRecords(start: start, end: end))
        try stream.finish()
    }

    // MARK: - Parts of the file

    private func begin(_ name: String) throws(NumpyError) {
        members.append(Member(name: Array("\(name).npy".utf8), offset: try stream.position()))
        try stream.write(Self.localHeader(members[members.count - 1]))
    }

    private func append(_ bytes: RawSpan) throws(NumpyError) {
        let last = members.count - 1
        members[last].size += UInt64(bytes.byteCount)
        members[last].checksum = UInt32(Self.crc32(uLong(members[last].checksum), bytes))
        try stream.write(bytes)
    }

    /// The local header again, now with the size and the checksum.
    private func end() throws(NumpyError) {
        let member = members[members.count - 1]
        try stream.rewrite(at: member.offset, Self.localHeader(member))
    }

    /// Version 4.5 (zip64), names in UTF-8, stored, 1980-01-01: a fixed date, so that the same arrays give the same file.
    private static func common(_ member: Member, sizes: UInt32, extra: Int) -> [UInt8] {
        little(UInt16(45)) + little(UInt16(0x800)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0x21))
            + little(member.checksum) + little(sizes) + little(sizes) + little(UInt16(member.name.count))
            + little(UInt16(extra))
    }

    /// The sizes are always in the zip64 field, as in NumPy's own files: they are not known when the header is written first.
    private static func localHeader(_ member: Member) -> [UInt8] {
        let extra = little(UInt16(1)) + little(UInt16(16)) + little(member.size) + little(member.size)
        return little(UInt32(0x0403_4b50)) + common(member, sizes: .max, extra: extra.count) + member.name + extra
    }

    private func central(_ member: Member) -> [UInt8] {
        let needs64 = member.size >= limit || member.offset >= limit
        let values = Self.little(member.size) + Self.little(member.size) + Self.little(member.offset)
        let extra = needs64 ? Self.little(UInt16(1)) + Self.little(UInt16(24)) + values : []
        return Self.little(UInt32(0x0201_4b50)) + Self.little(UInt16(45))
            + Self.common(member, sizes: needs64 ? .max : UInt32(member.size), extra: extra.count)
            + [UInt8](repeating: 0, count: 10) + Self.little(needs64 ? .max : UInt32(member.offset)) + member.name
            + extra
    }

    private func endRecords(start: UInt64, end: UInt64) -> [UInt8] {
        let count = UInt64(members.count)
        var records: [UInt8] = []
        let needs64 = end >= limit || count >= 0xFFFF
        if needs64 {
            records += Self.little(UInt32(0x0606_4b50)) + Self.little(UInt64(44)) + Self.little(UInt16(45))
            records += Self.little(UInt16(45)) + Self.little(UInt32(0)) + Self.little(UInt32(0))
            records += Self.little(count) + Self.little(count) + Self.little(end - start) + Self.little(start)
            records += Self.little(UInt32(0x0706_4b50)) + Self.little(UInt32(0)) + Self.little(end)
            records += Self.little(UInt32(1))
        }
        records += Self.little(UInt32(0x0605_4b50)) + Self.little(UInt32(0))
        records += Self.little(needs64 ? UInt16.max : UInt16(count)) + Self.little(needs64 ? UInt16.max : UInt16(count))
        records += Self.little(needs64 ? UInt32.max : UInt32(end - start))
        return records + Self.little(needs64 ? UInt32.max : UInt32(start)) + Self.little(UInt16(0))
    }

    private static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// The cyclic redundancy check of zip.
    static func crc32(_ checksum: uLong, _ bytes: RawSpan) -> uLong {
        bytes.withUnsafeBytes { crc32_z(checksum, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count) }
    }
}
