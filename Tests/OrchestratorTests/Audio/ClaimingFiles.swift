import Foundation
import Orchestrator

/// Files whose headers promise another length than they hold, or none, made from whole ones.
enum ClaimingFiles {
    static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    /// Makes a file as short as `bytes`.
    static func cut(_ path: String, to bytes: Int) throws {
        try Waves.write(Array(Self.bytes(path).prefix(bytes)), to: path)
    }

    /// Replaces the 36 bits in which a FLAC file states its length: 0 is what an encoder leaves that writes into a pipe.
    static func setFLACFrames(_ path: String, to frames: UInt64) throws {
        var bytes = try Self.bytes(path)
        // 4 bytes "fLaC", 4 of the block's header, 13 and a half of STREAMINFO.
        bytes[21] = bytes[21] & 0xF0 | UInt8(frames >> 32 & 0x0F)
        for i in 0..<4 { bytes[22 + i] = UInt8(frames >> (24 - 8 * UInt64(i)) & 0xFF) }
        try Waves.write(bytes, to: path)
    }

    /// The frames of an MPEG-1 layer III file, each with its header.
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

    /// Removes the first frame, which is the Xing header. Returns the number of frames that are left.
    static func removeXingHeader(_ path: String) throws -> Int {
        let frames = try mp3Frames(path)
        try Waves.write(Array(frames.dropFirst().joined()), to: path)
        return frames.count - 1
    }

    /// Big-endian 16-bit files of one channel at 16 kHz, whose header declares `declared` samples.
    static func au(_ samples: [Int16], declaring declared: Int) -> [UInt8] {
        Array(".snd".utf8) + big(UInt32(24)) + big(UInt32(2 * declared)) + big(UInt32(3)) + big(UInt32(16_000))
            + big(UInt32(1)) + samples.flatMap(big)
    }

    static func aiff(_ samples: [Int16], declaring declared: Int) -> [UInt8] {
        let rate: [UInt8] = [0x40, 0x0C, 0xFA, 0, 0, 0, 0, 0, 0, 0]  // 16,000 as an 80-bit float
        let common = big(UInt16(1)) + big(UInt32(declared)) + big(UInt16(16)) + rate
        return Array("FORM".utf8) + big(UInt32(46 + 2 * declared)) + Array("AIFFCOMM".utf8) + big(UInt32(18)) + common
            + Array("SSND".utf8) + big(UInt32(8 + 2 * declared)) + big(UInt32(0)) + big(UInt32(0))
            + samples.flatMap(big)
    }

    private static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
