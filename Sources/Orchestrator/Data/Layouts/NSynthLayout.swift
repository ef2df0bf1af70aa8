import Foundation
import OssicleAudio

/// NSynth: `examples.json` beside `audio/{note}.wav`, in the folder itself or in one folder a split (`nsynth-train`,
/// `train`, …). Class = family of the instrument, group = the instrument, pitch = its MIDI note.
///
/// *Reference:* Engel et al., "Neural audio synthesis of musical notes with WaveNet autoencoders", ICML 2017.
enum NSynthLayout: LayoutReader {
    static let name = "nsynth"

    private struct Note: Decodable {
        let pitch: Int
        let instrument: String
        let family: Int
        let familyName: String

        enum CodingKeys: String, CodingKey {
            case pitch
            case instrument = "instrument_str"
            case family = "instrument_family"
            case familyName = "instrument_family_str"
        }
    }

    static func recognizes(_ root: String) -> Bool { AudioFolder.isFolder(root) && !parts(root).isEmpty }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let parts = parts(root)
        guard !parts.isEmpty else {
            throw .malformed(path: root, reason: "the layout nsynth needs an examples.json, here or one folder down")
        }
        var families: [Int: String] = [:]
        var entries: [LayoutListing.Entry] = []
        for part in parts {
            let name = part.fileName.lowercased()
            let split = Clip.Split(folder: name.split(separator: "-").last.map(String.init) ?? name)
            let files = audio(of: part)
            for (key, note) in try notes("\(part)/examples.json") {
                families[note.family] = note.familyName
                entries.append(
                    .init(
                        // A note without its file is reported as skipped, under the name that it should have.
                        path: files[key] ?? "\(part)/audio/\(key).wav", className: note.familyName,
                        split: split, group: note.instrument, pitch: note.pitch))
            }
        }
        let classes = families.sorted { $0.key < $1.key }.map(\.value)
        return LayoutListing(entries: entries.sortedByPath(), classes: classes)
    }

    /// The folders that hold an `examples.json`.
    private static func parts(_ root: String) -> [String] {
        ([root] + AudioFolder.folders(in: root).map { "\(root)/\($0)" })
            .filter { AudioFolder.exists("\($0)/examples.json") }
    }

    /// The audio files of a part by their stems; other formats than WAV are welcome.
    private static func audio(of part: String) -> [String: String] {
        let folder = "\(part)/audio"
        let names = AudioFolder.names(in: folder).filter(AudioFile.isAudioPath)
        return Dictionary(names.map { ($0.fileStem, "\(folder)/\($0)") }, uniquingKeysWith: { first, _ in first })
    }

    private static func notes(_ path: String) throws(DataError) -> [String: Note] {
        do {
            return try JSONDecoder().decode([String: Note].self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .malformed(
                path: path,
                reason: "it must map each note's name to its pitch, instrument_str, instrument_family and "
                    + "instrument_family_str")
        }
    }
}

extension Layout {
    /// NSynth: `examples.json` beside `audio/`, one such pair a split.
    public static let nsynth = Layout(NSynthLayout.self)
}
