import CSndFile
import Foundation

/// A file open for decoding.
struct SoundFileReader: ~Copyable {
    let path: String
    let info: AudioInfo
    private let file: OpaquePointer
    /// Vorbis and mp3 land elsewhere than asked, by up to a packet; they are decoded from the start instead.
    private let seeksExactly: Bool

    init(_ path: String) throws(AudioError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        if status.st_mode & S_IFMT == S_IFDIR { throw .notAudio(path: path, reason: "it is a folder") }
        if status.st_size == 0 { throw .zeroBytes(path: path) }
        if access(path, R_OK) != 0 { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }

        var header = SF_INFO()
        guard let file = sf_open(path, Int32(SFM_READ), &header) else {
            throw .notAudio(path: path, reason: SoundFileReader.reason(nil))
        }
        do throws(AudioError) {
            info = try SoundFileReader.checked(header, path: path, bytes: Int(status.st_size))
        } catch {
            sf_close(file)
            throw error
        }
        self.path = path
        self.file = file
        let type = Int(header.format) & Int(SF_FORMAT_TYPEMASK)
        seeksExactly = type != SF_FORMAT_OGG && type != SF_FORMAT_MPEG
    }

    deinit { sf_close(file) }

    private static func checked(_ header: SF_INFO, path: String, bytes: Int) throws(AudioError) -> AudioInfo {
        let info = AudioInfo(
            sampleRate: Int(header.samplerate), channels: Int(header.channels), frames: Int(header.frames))
        guard info.sampleRate > 0, info.channels > 0 else {
            throw .notAudio(path: path, reason: "its header names no rate or no channels")
        }
        // libsndfile silently shortens a wave file whose data end early.
        let type = Int(header.format) & Int(SF_FORMAT_TYPEMASK)
        if type == SF_FORMAT_WAV || type == SF_FORMAT_WAVEX, let wave = WaveData(path), info.frames > 0,
            wave.offset < bytes, bytes < wave.offset + wave.declared
        {
            let expected = Int(Double(info.frames) * Double(wave.declared) / Double(bytes - wave.offset))
            throw .truncated(path: path, expected: max(expected, info.frames + 1), found: info.frames)
        }
        guard info.frames > 0 else { throw .noFrames(path: path) }
        return info
    }

    /// Decodes `range` (frames at the file's own rate, within the file) and hands out the mean of the channels in blocks.
    mutating func read(
        _ range: Range<Int>, _ receive: (Span<Float>) throws(AudioError) -> Void
    ) throws(AudioError) {
        let channels = info.channels
        let blockFrames = max(1, 32_768 / channels)
        var block = [Float](repeating: 0, count: blockFrames * channels)
        var position = 0
        if seeksExactly && range.lowerBound > 0 {
            guard sf_seek(file, sf_count_t(range.lowerBound), SEEK_SET) == range.lowerBound else {
                throw .unreadable(path: path, reason: "frame \(range.lowerBound) is not there; the file may be cut off")
            }
            position = range.lowerBound
        }
        while position < range.upperBound {
            let isWanted = position >= range.lowerBound
            let wanted = min(blockFrames, (isWanted ? range.upperBound : range.lowerBound) - position)
            let count = Int(sf_readf_float(file, &block, sf_count_t(wanted)))
            guard count > 0 else { throw .truncated(path: path, expected: info.frames, found: position) }
            if isWanted {
                SoundFileReader.mix(&block, frames: count, channels: channels)
                let mono = block.span.extracting(first: count)
                if let bad = mono.indices.first(where: { !mono[$0].isFinite }) {
                    throw .notFinite(path: path, index: position + bad)
                }
                try receive(mono)
            }
            position += count
        }
    }

    /// Replaces interleaved frames by their means, in place at the front.
    private static func mix(_ block: inout [Float], frames: Int, channels: Int) {
        guard channels > 1 else { return }
        let share = 1 / Float(channels)
        for frame in 0..<frames {
            var sum: Float = 0
            for channel in 0..<channels { sum += block[frame * channels + channel] }
            block[frame] = sum * share
        }
    }

    private static func reason(_ file: OpaquePointer?) -> String {
        var text = String(cString: sf_strerror(file))
        while text.hasSuffix(".") { text.removeLast() }
        return text.isEmpty ? "it could not be decoded" : text.prefix(1).lowercased() + text.dropFirst()
    }
}
