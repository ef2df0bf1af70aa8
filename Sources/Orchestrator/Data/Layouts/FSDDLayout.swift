import OssicleAudio

/// Free Spoken Digit Dataset: `{digit}_{speaker}_{index}.wav`, in `recordings/` or in the folder itself. The published
/// test part consists of the indices 0 to 4.
enum FSDDLayout: LayoutReader {
    static let name = "fsdd"
    /// In the published split, every speaker is in both parts, and log-mel statistics alone are sufficient to solve the
    /// task.
    static let prefersGroups = true

    static func recognizes(_ root: String) -> Bool {
        guard AudioFolder.isFolder(root), let names = try? AudioFolder.files(in: folder(root)) else { return false }
        return names.contains { parts($0) != nil }
            && names.allSatisfy { !AudioFile.isAudioPath($0) || parts($0) != nil }
    }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let entries = try AudioFolder.files(in: folder(root)).compactMap { name in
            parts(name).map { digit, speaker, index in
                LayoutListing.Entry(
                    path: "\(folder(root))/\(name)", className: digit, split: index < 5 ? .test : .train,
                    group: speaker)
            }
        }
        var listing = LayoutListing(entries: entries, classes: (0...9).map(String.init))
        listing.leftOut = try AudioFolder.contents(of: root)
            .leftOut(except: entries.map(\.path), because: "are not named {digit}_{speaker}_{index} in \(folder(root))")
        return listing
    }

    private static func folder(_ root: String) -> String {
        AudioFolder.isFolder("\(root)/recordings") ? "\(root)/recordings" : root
    }

    private static func parts(_ name: String) -> (digit: String, speaker: String, index: Int)? {
        guard AudioFile.isAudioPath(name) else { return nil }
        let parts = name.fileStem.split(separator: "_")
        guard parts.count == 3, parts[0].count == 1, Int(parts[0]) != nil, let index = Int(parts[2]) else { return nil }
        return (String(parts[0]), String(parts[1]), index)
    }
}

extension Layout {
    /// Free Spoken Digit Dataset: `{digit}_{speaker}_{index}.wav`.
    public static let fsdd = Layout(FSDDLayout.self)
}
