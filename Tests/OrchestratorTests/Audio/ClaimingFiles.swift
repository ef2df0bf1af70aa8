import Foundation
import Orchestrator

/// Makes files whose headers declare a wrong length or no length, from complete files.
enum ClaimingFiles {
    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    /// Truncates a file to its first `bytes` bytes.
    static func cut(_ path: String, to bytes: Int) throws {
        try Waves.write(Array(Self.bytes(path).prefix(bytes)), to: path)
    }

    /// Replaces the 36 bits of a FLAC file that declare its length in frames. An encoder that writes into a pipe leaves
    /// them at 0.
    static func setFLACFrames(_ path: String, to frames: UInt64) throws {
        var bytes = try Self.bytes(path)
        // The length follows 4 bytes "fLaC", 4 bytes of the block's header and the first 13.5 bytes of STREAMINFO.
        bytes[21] = bytes[21] & 0xF0 | UInt8(frames >> 32 & 0x0F)
        for i in 0..<4 { bytes[22 + i] = UInt8(frames >> (24 - 8 * UInt64(i)) & 0xFF) }
        try Waves.write(bytes, to: path)
    }

    /// Returns the frames of an MPEG-1 layer III file, each with its header.
    static func mp3Frames(_ path: String) throws -> [[UInt8]] {
        let bitRates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        let sampleRates = [44_100, 48_000, 32_000]
        let bytes = try Self.bytes(path)
        var frames: [[UInt8]] = []
        var position = 0
        while position + 4 <= bytes.count, bytes[position] == 0xFF, bytes[position + 1] & 0xFE == 0xFA {
            let third = bytes[position + 2]
            let padding = Int(third >> 1 & 1)
            let length = 144_000 * bitRates[Int(third >> 4)] / sampleRates[Int(third >> 2 & 3)] + padding
            frames.append(Array(bytes[position..<min(bytes.count, position + length)]))
            position += length
        }
        return frames
    }

    /// Removes the first frame, which is the Xing header, and returns the number of the remaining frames.
    static func removeXingHeader(_ path: String) throws -> Int {
        let frames = try mp3Frames(path)
        try Waves.write(Array(frames.dropFirst().joined()), to: path)
        return frames.count - 1
    }

    /// Returns an AU file, big-endian, 16 bits, one channel, 16 kHz, whose header declares `declared` samples.
    static func au(_ samples: [Int16], declaring declared: Int) -> [UInt8] {
        Array(".snd".utf8) + big(UInt32(24)) + big(UInt32(2 * declared)) + big(UInt32(3)) + big(UInt32(16_000))
            + big(UInt32(1)) + samples.flatMap(big)
    }

    /// Returns an AIFF file of the same kind. The samples begin `gap` bytes after the two numbers of their chunk.
    static func aiff(_ samples: [Int16], declaring declared: Int, gap: Int = 0) -> [UInt8] {
        let rate: [UInt8] = [0x40, 0x0C, 0xFA, 0, 0, 0, 0, 0, 0, 0]  // 16,000 as an 80-bit float
        let common = big(UInt16(1)) + big(UInt32(declared)) + big(UInt16(16)) + rate
        let size = 8 + gap + 2 * declared
        return Array("FORM".utf8) + big(UInt32(38 + size)) + Array("AIFFCOMM".utf8) + big(UInt32(18)) + common
            + Array("SSND".utf8) + big(UInt32(size)) + big(UInt32(gap)) + big(UInt32(0))
            + [UInt8](repeating: 0, count: gap) + samples.flatMap(big)
    }

    /// Returns an RF64 file with 16 bits, one channel, 16 kHz. Its header declares `size` bytes of samples.
    static func rf64(_ samples: [Int16], declaring size: UInt64) -> [UInt8] {
        func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { big(value).reversed() }
        let format = little(UInt16(1)) + little(UInt16(1)) + little(UInt32(16_000)) + little(UInt32(32_000))
        return Array("RF64".utf8) + little(UInt32.max) + Array("WAVEds64".utf8) + little(UInt32(28))
            + little(UInt64.max) + little(size) + little(size / 2) + little(UInt32(0))
            + Array("fmt ".utf8) + little(UInt32(16)) + format + little(UInt16(2)) + little(UInt16(16))
            + Array("data".utf8) + little(UInt32.max) + samples.flatMap(little)
    }

    private static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
