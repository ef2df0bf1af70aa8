/// How many bytes of samples the header of an uncompressed file declares, and where they begin.
///
/// libsndfile shortens such a file without a word where its data end early. Known are RIFF and RF64 waves, AIFF and AU.
struct DeclaredData {
    private(set) var offset: Int
    private(set) var declared: Int

    /// nil where there is nothing to compare with: another format, no chunk of samples, or a size that the writer left
    /// open, as programs do that write into a pipe.
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
        // Every turn advances within the file, so that the sums are below its length and a chunk's size.
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
                if isBigEndian, declared > Self.soundHeader {
                    offset += Self.soundHeader
                    declared -= Self.soundHeader
                }
                return
            }
            position += 8 + size + size & 1
        }
    }

    /// An AIFF file's samples begin behind two numbers of their chunk.
    private static let soundHeader = 8

    /// What writers into pipes leave: nothing, or the largest number that they can write, less the size of a header.
    private static func isOpen(_ size: Int) -> Bool {
        size == 0 || size >= 0xFFFF_F000 || (0x7FFF_F000...0x7FFF_FFFF).contains(size)
    }

    private static func number(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Int {
        isBigEndian ? bytes.reduce(0) { $0 << 8 | Int($1) } : bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
