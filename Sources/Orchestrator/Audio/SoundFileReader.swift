import CSndFile

/// A file open for decoding: the mean of its channels, block by block, to the real end of the file.
///
/// An MP3 without a Xing header states no length. libsndfile estimates one from the first frame's bit rate and reads no
/// further than that. Such a file is opened as if it were much longer: the estimate, being proportional, is then
/// beyond its end, and the decoder goes on until the bytes run out.
struct SoundFileReader: ~Copyable {
    let path: String
    let sampleRate: Int
    let channels: Int
    let length: AudioInfo.Length
    /// The length in frames, stated or estimated; nil where the header leaves it open.
    let frames: Int?
    /// The next frame that is read.
    private(set) var position = 0
    /// Whether decoding can start in the middle. Vorbis and MP3 land elsewhere than asked, by up to a packet, and files
    /// of unknown length may refuse: they are decoded from the start instead.
    let seeksExactly: Bool
    /// Frames read at once.
    let blockFrames: Int

    private let file: OpaquePointer
    private let bytes: SoundFileBytes
    /// Frames that the header promises; more than `frames` where libsndfile noticed the cut by itself.
    private let promised: Int?
    private let isLossy: Bool
    /// Whether the decoder has met an error.
    private var hasFailed = false
    private var block: [Float]

    init(_ path: String) throws(AudioError) { try self.init(SoundFileBytes(path)) }

    init(_ bytes: SoundFileBytes) throws(AudioError) {
        var header = SF_INFO()
        guard var file = bytes.openSound(&header) else { throw Self.refusal(bytes) }
        let type = Int(header.format) & Int(SF_FORMAT_TYPEMASK)
        let isEstimated = type == SF_FORMAT_MPEG && !Self.hasXingHeader(bytes)
        if isEstimated {
            // Bit rates are between 8 and 320 kbit/s: forty times the length is enough.
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
        // An MP3 that was cut within a frame fails there, and libsndfile throws away what the same call has decoded: one
        // frame at a time loses nothing.
        blockFrames = isEstimated ? 1_152 : max(1, 32_768 / channels)
        block = [Float](repeating: 0, count: blockFrames * channels)
        self.file = file
        self.bytes = bytes
    }

    deinit { sf_close(file) }

    /// Decodes at most `count` frames, and appends the means of their channels to `samples`.
    ///
    /// - Returns: The number of frames; 0 at the end of the file.
    mutating func read(_ count: Int, appendingTo samples: inout [Float]) throws(AudioError) -> Int {
        let start = position
        let read = try decode(count)
        Self.mix(&block, frames: read, channels: channels)
        let mono = block.span.extracting(first: read)
        for i in mono.indices {
            guard mono[i].isFinite else { throw .notFinite(path: path, index: start + i) }
            samples.append(mono[i])
        }
        return read
    }

    /// Goes to a frame, as fast as the format allows; only as far as the end.
    mutating func skip(to frame: Int) throws(AudioError) {
        if seeksExactly, sf_seek(file, sf_count_t(frame), SEEK_SET) == frame {
            position = frame
            return
        }
        // A seek that failed, as it may in a file that is cut off, leaves the decoder anywhere.
        if seeksExactly { self = try SoundFileReader(path) }
        while position < frame, try decode(frame - position) > 0 {}
    }

    /// Reads to the end of the file, and gives the number of its frames.
    mutating func countFrames() throws(AudioError) -> Int {
        while try decode(blockFrames) > 0 {}
        return position
    }

    /// What is missing, once the end has been reached.
    var shortfall: AudioShortfall? {
        // Codecs pad and cut at both ends, by up to two MP3 frames.
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
}
