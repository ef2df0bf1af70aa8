/// The extensions of the names of audio files.
///
/// This is a fast filter for the files of a folder: it looks at the name only. libsndfile recognizes the format of a file
/// by its contents.
package enum AudioSuffix {
    /// Formats that libsndfile reads.
    private static let readable: Set<String> = [
        "wav", "wave", "bwf", "rf64", "w64", "flac", "ogg", "oga", "opus", "mp3", "mp2", "mpga", "aif", "aiff", "aifc",
        "au", "snd", "caf", "sph", "nist", "voc", "sf", "ircam", "iff", "svx", "8svx", "avr", "paf",
    ]

    /// Formats of audio, or of video with audio, that libsndfile does not read.
    private static let unreadable: Set<String> = [
        "m4a", "m4b", "m4r", "mp4", "aac", "ac3", "eac3", "alac", "wma", "asf", "webm", "weba", "mka", "amr", "awb",
        "3gp", "3g2", "ra", "rm", "ram", "wv", "wv1", "wv2", "ape", "tta", "tak", "shn", "mpc", "spx", "dts", "dsf",
        "dff", "gsm", "vox", "pcm", "aptx", "sbc",
    ]

    /// The formats whose decoders have a state that depends on earlier blocks.
    private static let lossy: Set<String> = ["mp3", "mp2", "mpga", "ogg", "oga", "opus"]

    static func isReadable(_ path: String) -> Bool { suffix(of: path).map(readable.contains) ?? false }

    /// Whether the name is that of an audio file whose format cannot be read.
    package static func isUnreadable(_ path: String) -> Bool { suffix(of: path).map(unreadable.contains) ?? false }

    /// Whether reading from the middle of a file may give other samples than reading the whole file.
    package static func isLossy(_ path: String) -> Bool { suffix(of: path).map(lossy.contains) ?? false }

    /// The extension of a name in lower case, without the dot; nil if there is none, or if it is longer than those of
    /// audio files.
    package static func suffix(of path: String) -> String? {
        let longest = 5
        let bytes = path.utf8
        guard let dot = bytes.suffix(longest + 1).lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let suffix = bytes[bytes.index(after: dot)...]
        // Only ASCII is compared, so that a folder `a.b/c` and names in other scripts have no suffix.
        guard suffix.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "/") }) else { return nil }
        return String(decoding: suffix.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
