import OssicleBase

/// An error of writing a NumPy file. The description is one sentence and names the file.
public enum NumpyError: Error, CustomStringConvertible, Equatable {
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        }
    }
}

/// Named arrays in one `.npz` file, which `numpy.load` reads. It is a zip archive of `.npy` files without compression.
package struct NumpyArchive: Sendable {
    private var members: [(name: String, bytes: [UInt8])] = []

    package init() {}

    package mutating func add(name: String, floats: [Float], shape: [Int]) {
        members.append((name, NumpyFile.bytes(floats: floats, shape: shape)))
    }

    package mutating func add(name: String, ints: [Int64], shape: [Int]) {
        members.append((name, NumpyFile.bytes(ints: ints, shape: shape)))
    }

    package mutating func add(name: String, strings: [String]) {
        members.append((name, NumpyFile.bytes(strings: strings)))
    }

    /// Writes the archive, completely or not at all. It must be smaller than 4 GiB, because it has no zip64 records.
    package func write(to path: String) throws(NumpyError) {
        let total = members.reduce(0) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 128 }
        guard total < 0xFFFF_0000, members.count < 0xFFFF else {
            throw .unwritable(path: path, reason: "the arrays hold \(total) bytes and an archive takes less than 4 GiB")
        }
        if let reason = PartialFile(path).commit(archive(reserving: total)) {
            throw .unwritable(path: path, reason: reason)
        }
    }

    /// The bytes of the archive: for each array a local header with its data, then the central directory, then its end
    /// record.
    private func archive(reserving total: Int) -> [UInt8] {
        var file: [UInt8] = []
        file.reserveCapacity(total)
        var directory: [UInt8] = []
        for (name, bytes) in members {
            let fileName = Array("\(name).npy".utf8)
            let offset = UInt32(file.count)
            // Version 2.0, UTF-8 names, no compression, date 1980-01-01. The date is constant, so that the same arrays
            // give the same file.
            var entry = little(UInt16(20)) + little(UInt16(0x800)) + little(UInt16(0))
            entry += little(UInt16(0)) + little(UInt16(0x21)) + little(Checksum.crc32(bytes))
            entry += little(UInt32(bytes.count)) + little(UInt32(bytes.count))
            entry += little(UInt16(fileName.count)) + little(UInt16(0))
            file += little(UInt32(0x0403_4b50)) + entry + fileName
            file += bytes
            directory += little(UInt32(0x0201_4b50)) + little(UInt16(20)) + entry
            directory += [UInt8](repeating: 0, count: 10) + little(offset) + fileName
        }
        let start = UInt32(file.count)
        file += directory
        file += little(UInt32(0x0605_4b50)) + little(UInt32(0))
        file += little(UInt16(members.count)) + little(UInt16(members.count))
        file += little(UInt32(directory.count)) + little(start) + little(UInt16(0))
        return file
    }

    private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

/// The cyclic redundancy check (CRC-32) of zip and PNG: polynomial 0xEDB88320, reflected.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        let table = table
        return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}
