import OssicleBase

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

    /// One list is sufficient, so that a missing list is not overlooked.
    static func recognizes(_ root: String) -> Bool { lists(root).contains(where: AudioFolder.exists) }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        for list in lists(root) where !AudioFolder.exists(list) {
            throw .malformed(
                path: root,
                reason: "the layout speech-commands needs \(list); add it (it may be empty), or select --layout "
                    + "folders")
        }
        let contents = try AudioFolder.contents(of: root)
        // Files outside of the folders of words have no class.
        let files = contents.audio.filter { $0.pathComponents.count > 1 }
        let validation = try FileList(lists(root)[0], files: files)
        let test = try FileList(lists(root)[1], files: files)
        try test.expectNone(of: validation)
        let entries = files.map { relative in
            LayoutListing.Entry(
                path: "\(root)/\(relative)", className: className(folder: relative.pathComponents[0]),
                split: test.contains(relative) ? .test : validation.contains(relative) ? .validation : .train,
                group: speaker(relative.fileStem))
        }
        var listing = LayoutListing(entries: entries, classes: words + [unknown, silence])
        listing.leftOut = contents.leftOut(except: entries.map(\.path), because: "are in no folder of a word")
        for remark in [validation.remark, test.remark].compactMap(\.self) { listing.leftOut.add(remark) }
        return listing
    }

    private static func lists(_ root: String) -> [String] {
        ["\(root)/validation_list.txt", "\(root)/testing_list.txt"]
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
}

extension Layout {
    /// Speech Commands, as a task with 12 classes.
    public static let speechCommands = Layout(SpeechCommandsLayout.self)
}
