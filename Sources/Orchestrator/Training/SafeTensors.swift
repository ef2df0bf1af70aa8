import Foundation
import OssicleBase

/// A safetensors file that is open for reading: 8 bytes with the length of the header, a JSON header, and the bytes of
/// the tensors. Only float32 tensors can be read. The file is not trusted: every offset is checked before it is used.
///
/// *Reference:* the safetensors format, https://github.com/huggingface/safetensors.
package struct SafeTensorsFile {
    private struct Tensor {
        let type: String
        let shape: [Int]
        let range: Range<Int>
    }

    package let path: String
    /// The entry `__metadata__` of the header.
    package let metadata: [String: String]
    private let data: Data
    private let tensors: [String: Tensor]
    /// The largest length of a header that the format allows.
    private static let largestHeader = 100_000_000

    package init(readingFrom path: String) throws(CheckpointError) {
        self.path = path
        do {
            // Not mapped: if another process shortens a mapped file, the system ends this process.
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw FileManager.default.fileExists(atPath: path)
                ? .notSafeTensors(path: path, reason: error.systemReason) : .notFound(path: path)
        }
        func broken(_ reason: String) -> CheckpointError { .notSafeTensors(path: path, reason: reason) }
        guard data.count >= 8 else { throw broken("it has \(data.count) bytes") }
        let length = data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
        guard length <= UInt64(min(Self.largestHeader, data.count - 8)) else {
            throw broken("it ends within its header")
        }
        let body = 8 + Int(length)
        guard let header = try? JSONSerialization.jsonObject(with: data[8..<body]) as? [String: Any] else {
            throw broken("its header is no JSON object")
        }
        var tensors: [String: Tensor] = [:]
        for (name, value) in header where name != "__metadata__" {
            guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
                let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
                offsets.count == 2, shape.allSatisfy({ $0 >= 0 })
            else { throw broken("its header describes “\(name)” in no known way") }
            guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count - body else {
                throw broken("“\(name)” lies beyond its end")
            }
            tensors[name] = Tensor(type: type, shape: shape, range: body + offsets[0]..<body + offsets[1])
        }
        self.tensors = tensors
        metadata = header["__metadata__"] as? [String: String] ?? [:]
    }

    package var names: [String] { tensors.keys.sorted() }

    package func shape(_ name: String) -> [Int]? { tensors[name]?.shape }

    /// The values of a float32 tensor.
    /// - Throws: ``CheckpointError`` if there is no tensor with this name, or if it is not float32 of its shape.
    package func floats(_ name: String) throws(CheckpointError) -> [Float] {
        guard let tensor = tensors[name] else { throw .missingTensor(path: path, name: name) }
        var count = 1
        for size in tensor.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || size < 0 {
                throw .notSafeTensors(path: path, reason: "the shape of “\(name)” is impossible")
            }
            count = product
        }
        guard tensor.type == "F32", tensor.range.count % 4 == 0, tensor.range.count / 4 == count else {
            throw .notSafeTensors(path: path, reason: "“\(name)” is not float32 of its shape")
        }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            data.copyBytes(to: buffer, from: tensor.range)
            initialized = count
        }
    }
}

/// A writer for float32 tensors and text metadata. The same content gives the same bytes.
package struct SafeTensorsWriter {
    package var metadata: [String: String] = [:]
    private var tensors: [(name: String, shape: [Int], floats: [Float])] = []

    package init() {}

    package mutating func add(name: String, floats: [Float], shape: [Int]) {
        precondition(floats.count == shape.reduce(1, *), "as many values as the shape says")
        tensors.append((name, shape, floats))
    }

    /// Writes a temporary file and renames it. In every case, `path` contains either the old file or the complete new
    /// one.
    package func write(to path: String) throws(CheckpointError) {
        guard var bytes = header() else {
            throw .cannotWrite(path: path, reason: "the metadata is no text")
        }
        bytes.reserveCapacity(bytes.count + tensors.map { 4 * $0.floats.count }.reduce(0, +))
        for tensor in tensors { tensor.floats.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        if let reason = PartialFile(path).commit(bytes) { throw .cannotWrite(path: path, reason: reason) }
    }

    /// The length of the JSON header and the JSON header with sorted keys, padded with spaces so that the tensors begin
    /// at a multiple of 64; nil if the metadata cannot be encoded.
    private func header() -> [UInt8]? {
        var entries: [String: Any] = ["__metadata__": metadata]
        var offset = 0
        for tensor in tensors {
            let bytes = 4 * tensor.floats.count
            entries[tensor.name] =
                ["dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, offset + bytes]] as [String: Any]
            offset += bytes
        }
        guard
            let json = try? JSONSerialization.data(
                withJSONObject: entries, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return nil }
        let length = (json.count + 8 + 63) / 64 * 64 - 8
        return withUnsafeBytes(of: UInt64(length).littleEndian) { Array($0) } + json
            + Array(repeating: UInt8(ascii: " "), count: length - json.count)
    }
}
