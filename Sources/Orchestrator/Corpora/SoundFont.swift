import Foundation

/// The search for General MIDI sound fonts. The small one comes first, so that all machines that have it render the
/// same corpus.
enum SoundFont {
    static let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts", "/usr/local/share/soundfonts"]
    static let names = ["TimGM6mb.sf2", "FluidR3_GM.sf2", "default-GM.sf2", "default.sf2"]

    /// The path `named`, or that of the first known sound font on this machine.
    /// - Throws: ``CorpusError/soundFontMissing(_:)`` or ``CorpusError/notSoundFont(_:)`` if `named` cannot be used;
    ///   ``CorpusError/noSoundFont(searched:)``.
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

    /// Whether a file is a RIFF file of the form `sfbk`. This is checked here, because fluidsynth reports no error for
    /// other files and renders silence.
    private static func isSoundFont(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 12) else {
            return false
        }
        return head.count == 12 && head.prefix(4) == Data("RIFF".utf8) && head.suffix(4) == Data("sfbk".utf8)
    }
}
