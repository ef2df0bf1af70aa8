import OssicleBase

/// NumPy's array format, version 1.0: a magic number, a header with the type and the shape as Python text, then the little-endian
/// values row by row. *Reference:* numpy.lib.format.
public enum NumpyFile {
    static let floatType = "<f4"

    static func bytes(ints values: [Int64], shape: [Int]) -> [UInt8] {
        array("<i8", shape, values.map(\.littleEndian))
    }

    /// An array with one axis. Each string takes as many UCS-4 characters as the longest one. A byte of a path that is
    /// not UTF-8 is a surrogate, U+DC00 plus the byte: Python opens such a path, and `os.fsencode` returns its bytes.
    static func bytes(strings values: [String]) -> [UInt8] {
        let width = max(1, values.map(\.unicodeScalars.count).max() ?? 1)
        var characters = [UInt32](repeating: 0, count: values.count * width)
        for (row, value) in values.enumerated() {
            for (column, scalar) in value.unicodeScalars.enumerated() {
                let code = scalar.escapedByte.map { 0xDC00 + UInt32($0) } ?? scalar.value
                characters[row * width + column] = code.littleEndian
            }
        }
        return array("<U\(width)", [values.count], characters, perElement: width)
    }

    /// The bytes before the values: a multiple of 64.
    static func header(_ type: String, _ shape: [Int]) -> [UInt8] {
        let axes = shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
        let prefix = 10
        // Space for any number of rows: a stream writes its header again when it knows the number.
        let length = max(128, (prefix + text.utf8.count) / 64 * 64 + 64)
        text += String(repeating: " ", count: length - 1 - prefix - text.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
            + Array(text.utf8)
    }

    private static func array<T>(_ type: String, _ shape: [Int], _ values: [T], perElement: Int = 1) -> [UInt8] {
        precondition(shape.reduce(1, *) * perElement == values.count, "the shape's product is the number of values")
        return header(type, shape) + values.withUnsafeBytes { Array($0) }
    }
}
