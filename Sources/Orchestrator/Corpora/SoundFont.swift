import Foundation

/// Where General MIDI sound fonts are found. The small one comes first: a corpus is the same on every machine that has it.
enum SoundFont {
    static let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts", "/usr/local/share/soundfonts"]
    static let names = ["TimGM6mb.sf2", "FluidR3_GM.sf2", "default-GM.sf2", "default.sf2"]

    /// The named file, or the first known one of this machine.
    static func find(_ named: String?) throws(CorpusError) -> String {
        if let named {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: named, isDirectory: &isFolder), !isFolder.boolValue else {
                throw .soundFontMissing(named)
            }
            guard isSoundFont(named) else { throw .notSoundFont(named) }
            return named
        }
        for name in names {
            for folder in folders where FileManager.default.isReadableFile(atPath: "\(folder)/\(name)") {
                return "\(folder)/\(name)"
            }
        }
        throw .noSoundFont(searched: folders)
    }

    /// A RIFF file of form `sfbk`. fluidsynth itself would go on without a word, and play nothing.
    private static func isSoundFont(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 12) else {
            return false
        }
        return head.count == 12 && head.prefix(4) == Data("RIFF".utf8) && head.suffix(4) == Data("sfbk".utf8)
    }
}
