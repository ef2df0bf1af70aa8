import OssicleAudio
import OssicleBase

/// The files in a folder and its subfolders, as paths relative to it, sorted by their bytes.
struct FolderContents {
    let root: String
    private(set) var audio: [String] = []
    /// The other files that were asked for.
    private(set) var others: [String] = []
    /// Files with audio in formats that cannot be read.
    private(set) var unreadable: [String] = []
    /// Symbolic links that lead to nothing.
    private(set) var brokenLinks: [String] = []

    init(root: String) { self.root = root }

    mutating func add(_ path: String, isWanted: (String) -> Bool) {
        if AudioFile.isAudioPath(path) {
            audio.append(path)
        } else if AudioSuffix.isUnreadable(path) {
            unreadable.append(path)
        } else if isWanted(path) {
            others.append(path)
        }
    }

    /// A link with the name of an audio file is listed as one, so that it is reported as a missing file.
    mutating func add(brokenLink path: String) {
        if AudioFile.isAudioPath(path) { audio.append(path) } else { brokenLinks.append(path) }
    }

    mutating func sort() {
        for list in [\Self.audio, \.others, \.unreadable, \.brokenLinks] {
            self[keyPath: list].sort { ByteText($0) < ByteText($1) }
        }
    }

    /// What is left out of a data set that has all audio files.
    var leftOut: LeftOut {
        var leftOut = LeftOut(unreadable: unreadable.map { "\(root)/\($0)" })
        addBrokenLinks(to: &leftOut)
        return leftOut
    }

    /// What is left out of a data set that has the files `used`, given by their full paths.
    /// - Parameter reason: says why other audio files are left out, for example “are not listed in …”.
    func leftOut(except used: [String], because reason: String) -> LeftOut {
        let used = Set(used.map(ByteText.init))
        func unused(_ paths: [String]) -> [String] {
            paths.map { "\(root)/\($0)" }.filter { !used.contains(ByteText($0)) }
        }
        var leftOut = LeftOut(unreadable: unused(unreadable))
        leftOut.add(unused(audio), "left out audio files in \(root) that \(reason)")
        addBrokenLinks(to: &leftOut)
        return leftOut
    }

    private func addBrokenLinks(to leftOut: inout LeftOut) {
        leftOut.add(
            brokenLinks.map { "\(root)/\($0)" }, "left out symbolic links in \(root) that lead to nothing")
    }
}

/// What a data set leaves out, for its warnings: the number of files and the first of them.
struct LeftOut: Equatable {
    /// Files with audio in formats that cannot be read.
    private var unreadable: [String: Int] = [:]
    private var firstUnreadable: String?
    private(set) var sentences: [String] = []

    init(unreadable: [String] = []) {
        for path in unreadable { self.unreadable[AudioSuffix.suffix(of: path) ?? "", default: 0] += 1 }
        firstUnreadable = unreadable.first
    }

    var unreadableCount: Int { unreadable.values.reduce(0, +) }

    mutating func add(_ sentence: String) { sentences.append(sentence.shown) }

    /// Adds a sentence with the number of files, if there are any (`counted`).
    mutating func add(_ paths: [String], _ what: String, of total: Int? = nil) {
        if let sentence = paths.counted(what, of: total) { sentences.append(sentence) }
    }

    mutating func add(_ other: LeftOut) {
        unreadable.merge(other.unreadable, uniquingKeysWith: +)
        firstUnreadable = firstUnreadable ?? other.firstUnreadable
        sentences += other.sentences
    }

    /// A sentence about the files in formats that cannot be read; nil if there are none.
    var unreadableSentence: String? {
        guard let first = firstUnreadable else { return nil }
        let counts = unreadable.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ".\($0.key): \($0.value)" }.joined(separator: ", ")
        let sentence =
            "left out files in formats that cannot be read: \(unreadableCount) (\(counts)), the first is \(first); convert "
            + "them to WAV or FLAC, for example with ffmpeg"
        return sentence.shown
    }

    var warnings: [String] { [unreadableSentence].compactMap(\.self) + sentences }
}
