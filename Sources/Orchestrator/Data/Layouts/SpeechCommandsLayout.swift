/// Speech Commands as a task with 12 classes: ten words, `_unknown_` for every other word, and `_silence_`.
///
/// The files are `word/{speaker}_nohash_{k}.wav`. `validation_list.txt` and `testing_list.txt` list the files of these
/// parts, and all other files are training files. The training archive has long recordings of silence in
/// `_background_noise_`, from which crops are cut. They have the class `_silence_`. The test list of that archive has
/// no silence. The test archive has silence in a folder `_silence_`.
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
        for relative in try AudioFolder.audio(below: root) {
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

    /// The speaker in a name such as `022cd682_nohash_0`, or `backward_022cd682_nohash_0` for unknown words in the test
    /// archive. nil if the name has no speaker (silence).
    static func speaker(_ stem: String) -> String? {
        let parts = stem.split(separator: "_")
        guard let mark = parts.firstIndex(of: "nohash"), mark > 0 else { return nil }
        return String(parts[mark - 1])
    }

    /// The files in a list, without their extensions, so that the lists also apply to copies in another audio format.
    private static func list(_ path: String) throws(DataError) -> Set<String> {
        let text = try AudioFolder.text(path)
        return Set(text.split(whereSeparator: \.isNewline).map { withoutEnding($0) })
    }

    private static func withoutEnding(_ path: some StringProtocol) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? String(path)
    }
}

extension Layout {
    /// Speech Commands, as a task with 12 classes.
    public static let speechCommands = Layout(SpeechCommandsLayout.self)
}
