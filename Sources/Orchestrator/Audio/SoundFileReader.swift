import CSndFile

/// An open sound file, which is decoded in blocks to its real end. The samples are the mean of the channels.
///
/// An MP3 file without a Xing header does not state its length. libsndfile estimates the length from the bit rate of
/// the first frame, and does not read beyond this estimate. With a variable bit rate, the file can be longer. For this
/// reason, a much larger number of bytes is reported to libsndfile. The estimate is proportional to this number. The
/// estimated end is then after the real end, so that the decoder continues until there are no more bytes.
struct SoundFileReader: ~Copyable {
    let path: String
    let sampleRate: Int
    let channels: Int
    let length: AudioInfo.Length
    /// The stated or estimated length in frames. It is nil if the header does not state a length.
    let frames: Int?
    /// The number of the next frame.
    private(set) var position = 0
    /// Whether decoding can start at any frame.
    ///
    /// In Vorbis and MP3 files, the position after seeking can differ by up to a packet. In files of unknown length,
    /// seeking may fail. Such files are decoded from the start.
    let seeksExactly: Bool
    /// The largest number of frames that are decoded at once.
    let blockFrames: Int

    private let file: OpaquePointer
    private let bytes: SoundFileBytes
    /// The number of frames that the header states. It is larger than `frames` if libsndfile has found that the file is
    /// cut off.
    private let promised: Int?
    private let isLossy: Bool
    /// Whether the decoder has reported an error.
    private var hasFailed = false
    private var block: [Float]

    init(_ path: String) throws(AudioError) { try self.init(SoundFileBytes(path)) }

    init(_ bytes: SoundFileBytes) throws(AudioError) {
        var header = SF_INFO()
        guard var file = bytes.openSound(&header) else { throw Self.refusal(bytes) }
        let type = Int(header.format) & Int(SF_FORMAT_TYPEMASK)
        let isEstimated = type == SF_FORMAT_MPEG && !Self.hasXingHeader(bytes)
        if isEstimated {
            // Bit rates are between 8 and 320 kbit/s, so that a factor of 40 would be sufficient.
            let (longer, overflow) = bytes.length.multipliedReportingOverflow(by: 64)
            bytes.claimedLength = overflow ? bytes.length : longer + 1 << 24
            sf_close(file)
            header = SF_INFO()
            guard let opened = bytes.openSound(&header) else { throw Self.refusal(bytes) }
            file = opened
        }
        do throws(AudioError) {
            try Self.check(header, path: bytes.path)
        } catch {
            sf_close(file)
            throw error
        }
        path = bytes.path
        sampleRate = Int(header.samplerate)
        channels = Int(header.channels)
        isLossy = type == SF_FORMAT_OGG || type == SF_FORMAT_MPEG
        let isOpen = header.frames >= sf_count_t.max || header.frames < 0
        if isEstimated {
            length = .estimated
            let share = Double(bytes.length) / Double(bytes.claimedLength)
            frames = isOpen ? nil : Int(Double(header.frames) * share)
            promised = nil
        } else {
            length = isOpen ? .counted : .stated
            frames = isOpen ? nil : Int(header.frames)
            promised = isOpen ? nil : Self.promised(Int(header.frames), bytes)
        }
        seeksExactly = !isLossy && !isOpen
        // If an MP3 file is cut off within a frame, decoding this frame fails, and libsndfile discards all samples of
        // the same call. With calls of one MP3 frame (1,152 samples), no complete frame is lost.
        blockFrames = isEstimated ? 1_152 : max(1, 32_768 / channels)
        block = [Float](repeating: 0, count: blockFrames * channels)
        self.file = file
        self.bytes = bytes
    }

    deinit { sf_close(file) }

    /// The largest magnitude of a sample: twice that of 32-bit integers that are stored as floats. The power of much larger
    /// samples, which damaged files have, is not a finite number.
    private static let largest: Float = 0x1p32

    /// Decodes at most `count` frames, and appends the means of their channels to `samples`.
    ///
    /// - Returns: the number of decoded frames. It is 0 at the end of the file.
    /// - Throws: an error if the file cannot be read, or if a sample is not finite or too large.
    mutating func read(_ count: Int, appendingTo samples: inout [Float]) throws(AudioError) -> Int {
        let start = position
        let read = try decode(count)
        Self.mix(&block, frames: read, channels: channels)
        let mono = block.span.extracting(first: read)
        for i in mono.indices {
            guard abs(mono[i]) <= Self.largest else {
                guard mono[i].isFinite else { throw .notFinite(path: path, index: start + i) }
                throw .tooLarge(path: path, index: start + i, sample: mono[i])
            }
            samples.append(mono[i])
        }
        return read
    }

    /// Moves the position to a frame, by seeking or by decoding. It stops at the end of the file.
    mutating func skip(to frame: Int) throws(AudioError) {
        if seeksExactly, sf_seek(file, sf_count_t(frame), SEEK_SET) == frame {
            position = frame
            return
        }
        // Seeking can fail in a file that is cut off. The position of the decoder is then unknown, so that the file is
        // opened again.
        if seeksExactly { self = try SoundFileReader(path) }
        while position < frame, try decode(frame - position) > 0 {}
    }

    /// Decodes the rest of the file, and returns the number of all its frames.
    mutating func countFrames() throws(AudioError) -> Int {
        while try decode(blockFrames) > 0 {}
        return position
    }

    /// The warning about missing frames. It is valid only at the end of the file.
    var shortfall: AudioShortfall? {
        // Lossy codecs add or remove samples at both ends, up to two MP3 frames.
        let tolerance = isLossy ? 2_304 : 0
        if let promised, position < promised - tolerance {
            return AudioShortfall(path: path, expected: promised, found: position)
        }
        return promised == nil && length == .counted && hasFailed
            ? AudioShortfall(path: path, expected: nil, found: position) : nil
    }

    private mutating func decode(_ count: Int) throws(AudioError) -> Int {
        let read = max(0, Int(sf_readf_float(file, &block, sf_count_t(min(count, blockFrames)))))
        if let failure = bytes.failure { throw .unreadable(path: path, reason: Self.text(ofError: failure)) }
        if sf_error(file) != 0 { hasFailed = true }
        position += read
        return read
    }

    /// Replaces interleaved frames by the means of their channels, which are stored at the beginning of `block`.
    private static func mix(_ block: inout [Float], frames: Int, channels: Int) {
        guard channels > 1 else { return }
        let share = 1 / Float(channels)
        for frame in 0..<frames {
            var sum: Float = 0
            for channel in 0..<channels { sum += block[frame * channels + channel] }
            block[frame] = sum * share
        }
    }
}
