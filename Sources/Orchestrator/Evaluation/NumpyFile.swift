import OssicleBase

/// The array format of NumPy (`.npy`), version 1.0: a magic string, a header that is a Python dictionary padded to a
/// multiple of 64 bytes, and the little-endian values in row-major order. *Reference:* numpy.lib.format.
public enum NumpyFile {
    /// The bytes of a float32 array. The product of `shape` must be the number of values.
    public static func bytes(floats values: [Float], shape: [Int]) -> [UInt8] {
        array("<f4", shape, values.map(\.bitPattern.littleEndian))
    }

    /// The bytes of an int64 array. The product of `shape` must be the number of values.
    public static func bytes(ints values: [Int64], shape: [Int]) -> [UInt8] {
        array("<i8", shape, values.map(\.littleEndian))
    }

    /// The bytes of an array of strings with one axis. Every string takes as many UCS-4 characters as the longest one.
    public static func bytes(strings values: [String]) -> [UInt8] {
        let width = max(1, values.map(\.unicodeScalars.count).max() ?? 1)
        var places = [UInt32](repeating: 0, count: values.count * width)
        for (row, value) in values.enumerated() {
            for (column, scalar) in value.unicodeScalars.enumerated() {
                places[row * width + column] = scalar.value.littleEndian
            }
        }
        return array("<U\(width)", [values.count], places, perElement: width)
    }

    /// Writes one float32 array as `.npy`, completely or not at all.
    /// - Throws: ``NumpyError/unwritable(path:reason:)``.
    public static func write(_ values: [Float], shape: [Int], to path: String) throws(NumpyError) {
        if let reason = PartialFile(path).commit(bytes(floats: values, shape: shape)) {
            throw .unwritable(path: path, reason: reason)
        }
    }

    private static func array<T>(_ type: String, _ shape: [Int], _ values: [T], perElement: Int = 1) -> [UInt8] {
        precondition(shape.reduce(1, *) * perElement == values.count, "the shape's product is the number of values")
        let axes = shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
        let prefix = 10
        header += String(repeating: " ", count: 63 - (prefix + header.utf8.count) % 64) + "\n"
        var result: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        result += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
        result += header.utf8
        values.withUnsafeBytes { result += $0 }
        return result
    }
}
