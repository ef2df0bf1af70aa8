import Foundation
import Orchestrator

/// A new empty folder that `deinit` removes, when the test that made it ends.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Returns the full path of a file in this folder, and creates the subfolders of the path.
    func file(_ name: String) throws -> String {
        let full = "\(path)/\(name)"
        let folder = URL(filePath: full).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return full
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let full = try file(name)
        try text.write(toFile: full, atomically: true, encoding: .utf8)
        return full
    }

    /// Writes a mono file of uniform noise in −0.1 … 0.1, different for every `seed`, and returns its path.
    @discardableResult
    func writeNoise(_ name: String, seconds: Double = 1, sampleRate: Int = 16_000, seed: Int = 0) throws -> String {
        var stream = RandomStream(seed: UInt64(seed), purpose: .test)
        let samples = (0..<Int(seconds * Double(sampleRate))).map { _ in stream.uniform(-0.1, 0.1) }
        let full = try file(name)
        try AudioFile.write(full, samples: samples, sampleRate: sampleRate)
        return full
    }

    /// Writes the interleaved samples unchanged into a WAV file of 32-bit floats and returns its path. If `declaring`
    /// is larger than the number of frames, the file is a truncated one.
    @discardableResult
    func writeFloats(
        _ samples: [Float], to name: String, sampleRate: Int = 16_000, channels: Int = 1, declaring frames: Int? = nil
    ) throws -> String {
        var bytes = Data()
        func put<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        let size = UInt32(4 * (frames.map { $0 * channels } ?? samples.count))
        bytes.append(contentsOf: Array("RIFF".utf8))
        put(36 + size)
        bytes.append(contentsOf: Array("WAVEfmt ".utf8))
        put(UInt32(16))
        put(UInt16(3))
        put(UInt16(channels))
        put(UInt32(sampleRate))
        put(UInt32(sampleRate * channels * 4))
        put(UInt16(channels * 4))
        put(UInt16(32))
        bytes.append(contentsOf: Array("data".utf8))
        put(size)
        for sample in samples { put(sample.bitPattern) }
        let full = try file(name)
        try bytes.write(to: URL(filePath: full))
        return full
    }
}
