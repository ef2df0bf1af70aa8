/// The number of bytes of samples that the header of an uncompressed file declares, and their position.
///
/// If the samples of such a file end too early, libsndfile reads a shorter file and reports no error. The declared
/// number shows that the file was cut off. The supported formats are wav (RIFF and RF64), AIFF and AU.
struct DeclaredData {
    /// The position of the first sample in the file, in bytes.
    private(set) var offset: Int
    /// The declared size of the samples in bytes.
    private(set) var declared: Int

    /// Reads the values from a header. Returns nil if the file has another format, if it has no chunk of samples, or if
    /// the header does not state the size. Programs that write to a pipe do not state the size.
    init?(_ bytes: SoundFileBytes) {
        let head = bytes.bytes(at: 0, count: 12)
        guard head.count == 12 else { return nil }
        switch String(decoding: head[..<4], as: UTF8.self) {
        case "RIFF": self.init(bytes, samples: "data", isBigEndian: false)
        case "RF64": self.init(bytes, samples: "data", isBigEndian: false)
        case "FORM": self.init(bytes, samples: "SSND", isBigEndian: true)
        case ".snd":
            let size = Self.number(head[8..<12], isBigEndian: true)
            guard !Self.isOpen(size) else { return nil }
            self = DeclaredData(offset: Self.number(head[4..<8], isBigEndian: true), declared: size)
        default: return nil
        }
    }

    private init(offset: Int, declared: Int) {
        self.offset = offset
        self.declared = declared
    }

    private init?(_ bytes: SoundFileBytes, samples: String, isBigEndian: Bool) {
        // `position` is checked in each iteration. It is at most the length of the file plus the size of a chunk, so
        // that it cannot overflow.
        var position = 12
        var long: Int?
        while true {
            let head = bytes.bytes(at: position, count: 8)
            guard head.count == 8 else { return nil }
            let size = Self.number(head[4..<8], isBigEndian: isBigEndian)
            if head.starts(with: "ds64".utf8) {
                let sizes = bytes.bytes(at: position + 16, count: 8)
                guard sizes.count == 8 else { return nil }
                long = Int(clamping: sizes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            } else if head.starts(with: samples.utf8) {
                if let long, size == 0xFFFF_FFFF {
                    declared = long
                } else {
                    guard !Self.isOpen(size) else { return nil }
                    declared = size
                }
                offset = position + 8
                if isBigEndian {
                    let gap = bytes.bytes(at: offset, count: 4)
                    guard gap.count == 4 else { return nil }
                    let skipped = Self.soundHeader + Self.number(gap[...], isBigEndian: true)
                    guard declared > skipped else { return nil }
                    offset += skipped
                    declared -= skipped
                }
                return
            }
            position += 8 + size + size & 1
        }
    }

    /// The size of the two numbers at the beginning of the chunk of samples of an AIFF file, in bytes. The first number is
    /// the distance from there to the samples.
    private static let soundHeader = 8

    /// Whether a size means that the size is unknown. Programs that write to a pipe store 0, or the largest possible
    /// number minus the size of a header.
    private static func isOpen(_ size: Int) -> Bool {
        size == 0 || size >= 0xFFFF_F000 || (0x7FFF_F000...0x7FFF_FFFF).contains(size)
    }

    private static func number(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Int {
        isBigEndian ? bytes.reduce(0) { $0 << 8 | Int($1) } : bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
