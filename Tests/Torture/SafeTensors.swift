import Foundation

/// Files of the safetensors format: the length of the header in 8 bytes, the header, and the tensors.
enum SafeTensors {
    /// The header of a correct file, and the place where its tensors begin.
    static func header(of data: Data) -> (text: String, end: Int) {
        let end = 8 + data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        return (String(decoding: data[8..<end], as: UTF8.self), end)
    }

    /// Writes a file whose tensors are zeros. It is sparse, so that it takes no time and no space.
    /// - Parameter length: the length of the header that the file states. nil: the real length.
    static func write(
        _ header: [UInt8], length: UInt64? = nil, tensorBytes: Int, to trial: Trial, _ name: String
    ) throws {
        let length = length ?? UInt64(header.count)
        try trial.write(withUnsafeBytes(of: length.littleEndian) { Array($0) } + header, to: name)
        truncate(trial.path(name), 8 + header.count + tensorBytes)
    }
}
