import OssicleAudio

/// An error of the rendering of a corpus. The description is one sentence and says what to do.
public enum CorpusError: Error, CustomStringConvertible, Equatable {
    case programMissing(String, package: String)
    case soundFontMissing(String)
    case notSoundFont(String)
    case noSoundFont(searched: [String])
    case outputExists(String)
    case outputUnwritable(String, reason: String)
    case sizeOutOfRange(Int, allowed: ClosedRange<Int>, reason: String)
    case programFailed(String, reason: String)
    case renderingTooShort(program: String, file: String)
    case audio(AudioError)
    case unlabelledEvents(path: String)
    case tooFewSources(what: String, found: Int, needed: Int)
    /// Another process writes a corpus to the same folder. `process` is its number, if it is known.
    case outputInUse(String, process: Int?)
    /// ``Interruption`` has ended the rendering.
    case interrupted
    case silentNote(String, soundFont: String)

    public var description: String {
        switch self {
        case .programMissing(let program, let package):
            "\(program) is not installed; install it with: sudo apt-get install \(package)"
        case .soundFontMissing(let path):
            "there is no sound font at \(path)"
        case .notSoundFont(let path):
            "\(path) is not a sound font (.sf2 or .sf3)"
        case .noSoundFont(let searched):
            "no General MIDI sound font was found in \(searched.joined(separator: ", ")); give one with --sound-font, "
                + "or install one with: sudo apt-get install timgm6mb-soundfont"
        case .outputExists(let path):
            "\(path) exists and is not an empty folder; give a new folder, or remove it first"
        case .outputUnwritable(let path, let reason):
            "cannot write \(path): \(reason)"
        case .sizeOutOfRange(let size, let allowed, let reason):
            "the size \(size) is outside the range \(allowed.lowerBound) to \(allowed.upperBound): \(reason)"
        case .programFailed(let program, let reason):
            "\(program) failed: \(reason)"
        case .renderingTooShort(let program, let file):
            "\(program) wrote less audio to \(file) than expected; check whether the disk is full"
        case .audio(let error):
            error.description
        case .unlabelledEvents(let path):
            "\(path) has events without a class label; use one folder per class, or a layout with labels"
        case .tooFewSources(let what, let found, let needed):
            "there \(found == 1 ? "is 1 file" : "are \(found) files") of \(what); the three parts use different files "
                + "and need at least \(needed)"
        case .outputInUse(let path, let process):
            "\(path) is being written by another process\(process.map { " (\($0))" } ?? ""); wait until it ends, or give "
                + "another --output"
        case .interrupted:
            "interrupted; nothing was written"
        case .silentNote(let note, let soundFont):
            "\(note) is silent in \(soundFont), which is not a complete General MIDI sound font; give another one with "
                + "--sound-font"
        }
    }
}
