import Foundation

/// Sounds and WAV files for tests. The files are written without the package's own writer.
enum Waves {
    static func tone(_ hertz: Double, amplitude: Double = 0.5, rate: Int, seconds: Double) -> [Float] {
        (0..<Int(seconds * Double(rate))).map { Float(amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
    }

    /// Returns a sweep over several octaves plus a tone. No two parts of it are equal.
    static func sweep(rate: Int, seconds: Double) -> [Float] {
        (0..<Int(seconds * Double(rate))).map { i in
            let t = Double(i) / Double(rate)
            return Float(0.3 * sin(2 * .pi * (100 + 400 * t) * t) + 0.1 * sin(2 * .pi * 1_234.5 * t))
        }
    }

    /// Returns the bytes of a WAV (RIFF) file of 32-bit floats with interleaved channels.
    static func bytes(_ samples: [Float], rate: Int, channels: Int = 1) -> [UInt8] {
        func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        let data = UInt32(samples.count * 4)
        var file = Array("RIFF".utf8) + little(36 + data) + Array("WAVEfmt ".utf8) + little(UInt32(16))
        file += little(UInt16(3)) + little(UInt16(channels)) + little(UInt32(rate))
        file += little(UInt32(rate * channels * 4)) + little(UInt16(channels * 4)) + little(UInt16(32))
        file += Array("data".utf8) + little(data)
        samples.withUnsafeBytes { file += $0 }
        return file
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

extension TemporaryFolder {
    /// Returns the path of `name` in this folder, without creating any folder.
    func place(_ name: String) -> String { "\(path)/\(name)" }
}
