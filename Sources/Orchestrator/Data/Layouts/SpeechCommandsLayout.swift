/// Speech Commands as its 12-class task: ten words, every other word is `_unknown_`, and `_silence_`.
///
/// `word/{speaker}_nohash_{k}.wav`; `validation_list.txt` and `testing_list.txt` name the files of these splits, the
/// rest is for training. The training archive keeps its silence as minutes of `_background_noise_`, from which crops are
/// cut: these count as `_silence_`. Its test list names no silence; the test archive has some, in a folder of that name.
///
/// *Reference:* Warden, "Speech Commands: a dataset for limited-vocabulary speech recognition", arXiv 1804.03209.
enum SpeechCommandsLayout: LayoutReader {
    static let name = "speech-commands"

    static let words = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
    static let unknown = "_unknown_"
    static let silence = "_silence_"

    static func recognizes(_ root: String) -> Bool {
        AudioFolder.exists("\(root)/validation_list.txt") && AudioFolder.exists("\(root)/testing_list.txt")
    }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let validation = try list("\(root)/validation_list.txt")
        let test = try list("\(root)/testing_list.txt")
        var entries: [LayoutListing.Entry] = []
        for relative in AudioFolder.audio(below: root) {
            guard let slash = relative.firstIndex(of: "/") else { continue }
            let key = withoutEnding(relative)
            entries.append(
                .init(
                    path: "\(root)/\(relative)", className: className(folder: String(relative[..<slash])),
                    split: test.contains(key) ? .test : validation.contains(key) ? .validation : .train,
                    group: speaker(relative.fileStem)))
        }
        return LayoutListing(entries: entries, classes: words + [unknown, silence])
    }

    private static func className(folder: String) -> String {
        if words.contains(folder) { return folder }
        return folder == silence || folder == "_background_noise_" ? silence : unknown
    }

    /// The speaker in `022cd682_nohash_0` or, among the test archive's unknown words, `backward_022cd682_nohash_0`;
    /// nil where the name has none (silence).
    static func speaker(_ stem: String) -> String? {
        let parts = stem.split(separator: "_")
        guard let mark = parts.firstIndex(of: "nohash"), mark > 0 else { return nil }
        return String(parts[mark - 1])
    }

    /// The files of a list, without their endings: a copy of the set in another format keeps its lists.
    private static func list(_ path: String) throws(DataError) -> Set<String> {
        let text = try AudioFolder.text(path)
        return Set(text.split(whereSeparator: \.isNewline).map { withoutEnding($0) })
    }

    private static func withoutEnding(_ path: some StringProtocol) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? String(path)
    }
}

extension Layout {
    /// Speech Commands, as its 12-class task.
    public static let speechCommands = Layout(SpeechCommandsLayout.self)
}
