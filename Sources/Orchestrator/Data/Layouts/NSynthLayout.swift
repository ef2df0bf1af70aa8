import Foundation
import OssicleAudio
import OssicleBase

/// NSynth: `examples.json` next to `audio/{note}.wav`, either in the folder itself, or in one folder per split
/// (`nsynth-train`, `train`, …). The class is the family of the instrument, the group is the instrument, and the pitch
/// is the MIDI note. A note can be without a pitch.
///
/// *Reference:* Engel et al., "Neural audio synthesis of musical notes with WaveNet autoencoders", ICML 2017.
enum NSynthLayout: LayoutReader {
    static let name = "nsynth"

    private struct Note: Decodable {
        let pitch: Double?
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

    static func recognizes(_ root: String) -> Bool {
        AudioFolder.isFolder(root) && (try? parts(root))?.isEmpty == false
    }

    static func read(_ root: String) throws(DataError) -> LayoutListing {
        let parts = try parts(root)
        guard !parts.isEmpty else {
            throw .malformed(path: root, reason: "the layout nsynth needs an examples.json, here or one folder down")
        }
        var families = NumberedClasses(number: "instrument_family", name: "instrument_family_str")
        var leftOut = LeftOut()
        var entries: [LayoutListing.Entry] = []
        for part in parts {
            let name = part.fileName.lowercased()
            let split = Clip.Split(folder: name.split(separator: "-").last.map(String.init) ?? name)
            let files = try audio(of: part)
            let (table, first) = ("\(part)/examples.json", entries.count)
            for (key, note) in try notes(table).sorted(by: { $0.key < $1.key }) {
                try families.add(note.family, note.familyName, at: "the note “\(key)”", of: table)
                let pitch = note.pitch.flatMap { Int(exactly: $0) }
                if let found = note.pitch, pitch == nil {
                    throw .malformed(
                        path: table, reason: "the note “\(key)” has the pitch \(found); write a whole MIDI note number")
                }
                entries.append(
                    .init(
                        // A note without a file is reported as skipped, with the name that the file should have.
                        path: files[ByteText(key)] ?? "\(part)/audio/\(key).wav", className: note.familyName,
                        split: split, group: note.instrument, pitch: pitch))
            }
            guard AudioFolder.isFolder("\(part)/audio") else { continue }
            leftOut.add(
                try AudioFolder.contents(of: "\(part)/audio")
                    .leftOut(except: entries[first...].map(\.path), because: "are not listed in \(table)"))
        }
        return LayoutListing(entries: entries.sortedByPath(), classes: families.names, leftOut: leftOut)
    }

    /// The folders that contain an `examples.json`.
    private static func parts(_ root: String) throws(DataError) -> [String] {
        let folders = try AudioFolder.folders(in: root)
        return ([root] + folders.map { "\(root)/\($0)" })
            .filter { AudioFolder.exists("\($0)/examples.json") }
    }

    /// The audio files of a part by their names without extension. Other formats than WAV are allowed.
    private static func audio(of part: String) throws(DataError) -> [ByteText: String] {
        let folder = "\(part)/audio"
        guard AudioFolder.isFolder(folder) else { return [:] }
        let names = try AudioFolder.files(in: folder).filter(AudioFile.isAudioPath)
        return Dictionary(
            names.map { (ByteText($0.fileStem), "\(folder)/\($0)") }, uniquingKeysWith: { first, _ in first })
    }

    private static func notes(_ path: String) throws(DataError) -> [String: Note] {
        let bytes = try AudioFolder.bytes(path)
        do {
            return try JSONDecoder().decode([String: Note].self, from: Data(bytes))
        } catch {
            let needed = "pitch, instrument_str, instrument_family and instrument_family_str"
            guard let (note, field) = place(of: error) else {
                throw .malformed(path: path, reason: "it must map each note's name to its \(needed)")
            }
            throw .malformed(
                path: path,
                reason: "the note “\(note)” has no usable value of \(field ?? "any field"); a note needs \(needed)")
        }
    }

    /// The name of the note, and that of its field, in which an error of the decoder occurred.
    private static func place(of error: any Error) -> (note: String, field: String?)? {
        let path: [any CodingKey]
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context): path = context.codingPath
        default: return nil
        }
        return path.first.map { ($0.stringValue, path.dropFirst().first?.stringValue) }
    }
}

extension Layout {
    /// NSynth: `examples.json` next to `audio/`, for each split.
    public static let nsynth = Layout(NSynthLayout.self)
}
