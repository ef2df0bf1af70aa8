import CSndFile
import Foundation

extension SoundFileReader {
    /// Returns the sample rate, the number of channels and the length of the file. If the header does not state the
    /// length, the rest of the file is decoded and its frames are counted.
    mutating func info() throws(AudioError) -> AudioInfo {
        let frames: Int
        if let known = self.frames { frames = known } else { frames = try countFrames() }
        guard frames > 0 || length == .estimated else { throw .noFrames(path: path) }
        return AudioInfo(sampleRate: sampleRate, channels: channels, frames: frames, length: length)
    }

    /// Checks the numbers of a header. They can be wrong, and must not be used before this check.
    ///
    /// - Throws: an error if the sample rate or the number of channels is not supported, or if there are no frames.
    static func check(_ header: SF_INFO, path: String) throws(AudioError) {
        let (rate, channels) = (Int(header.samplerate), Int(header.channels))
        guard AudioInfo.sampleRates.contains(rate) else { throw .sampleRate(path: path, rate: rate) }
        guard (1...AudioInfo.mostChannels).contains(channels) else { throw .channels(path: path, count: channels) }
        guard header.frames != 0 else { throw .noFrames(path: path) }
    }

    /// Returns the number of frames that the header states. It is at least `frames`, the number that libsndfile found.
    static func promised(_ frames: Int, _ bytes: SoundFileBytes) -> Int {
        guard let data = DeclaredData(bytes), data.offset < bytes.length, data.declared > bytes.length - data.offset
        else { return frames }
        let held = bytes.length - data.offset
        let (frameBytes, rest) = held.quotientAndRemainder(dividingBy: frames)
        // In an uncompressed file, all frames have `frameBytes` bytes, and the rest is an incomplete frame. Otherwise
        // the file is compressed, and the number of frames is estimated from the share of the bytes.
        let isExact = frameBytes > 0 && rest < frameBytes
        let promised =
            isExact ? Double(data.declared / frameBytes) : Double(frames) * Double(data.declared) / Double(held)
        return max(frames + 1, Int(exactly: promised.rounded(.down)) ?? .max)
    }

    /// Whether the first frame of an MP3 file states the number of frames. ID3v2 tags before the frame are skipped.
    static func hasXingHeader(_ bytes: SoundFileBytes) -> Bool {
        var offset = 0
        while true {
            let head = bytes.bytes(at: offset, count: 10)
            guard head.count == 10, head.starts(with: "ID3".utf8) else { break }
            let size = head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
            offset += 10 + size + (head[5] & 0x10 == 0 ? 0 : 10)
        }
        // The Xing header begins at most 40 bytes after the start of the frame. There may be padding before the frame.
        let start = bytes.bytes(at: offset, count: 4_096)
        return start.indices.dropLast(8).contains { i in
            let name = start[i..<i + 4]
            guard name.elementsEqual("Xing".utf8) || name.elementsEqual("Info".utf8) else { return false }
            return start[i + 7] & 1 != 0
        }
    }

    /// Returns the error for a file that libsndfile did not open.
    static func refusal(_ bytes: SoundFileBytes) -> AudioError {
        if let failure = bytes.failure { return .unreadable(path: bytes.path, reason: text(ofError: failure)) }
        var reason = String(cString: sf_strerror(nil))
        while reason.hasSuffix(".") { reason.removeLast() }
        // libsndfile returns this message for a sample rate of 0 or above 2³¹.
        if reason.contains("SF_INFO struct incomplete") {
            reason = "its header has no sample rate or number of channels that a sound can have"
        }
        if reason.lowercased().contains("too many channels") {
            reason =
                "its header has more than \(AudioInfo.mostChannels) channels, which is the largest supported number"
        }
        reason = reason.first.map { $0.lowercased() + reason.dropFirst() } ?? "it could not be decoded"
        if AudioSuffix.isUnreadable(bytes.path) {
            reason += "; convert it to WAV or FLAC, for example with ffmpeg"
        }
        return .notAudio(path: bytes.path, reason: reason)
    }

    static func text(ofError number: Int32) -> String { String(cString: strerror(number)) }
}
