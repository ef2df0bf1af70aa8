import OssicleBase

/// A recording with its annotated events.
public struct EventRecording: Sendable, Equatable {
    public let path: String
    /// The file that the events were read from.
    public let annotation: String
    public let events: [SoundEvent]
    public let split: Clip.Split?
}

/// Recordings with onset annotations in the layout of DCASE 2016 task 2: audio anywhere, and for each annotated recording
/// `NAME.txt` (``EventFile``) somewhere in a folder whose own name holds the word annotation, as in
///
///     test/audio/a.wav
///     test/annotation/a.txt
///
/// Of several recordings named NAME the one counts whose path has the most leading folders in common with the annotation's.
/// `train`, `validation` and `test` as the first folder are splits. Audio without annotation, as DCASE's isolated
/// events, is left out.
public struct EventsLayout: Sendable, Equatable {
    /// In the order of their annotations' paths.
    public let recordings: [EventRecording]
    /// Those that were given, else all that occur, sorted.
    public let labels: [String]

    /// Reads all annotations below `root`; audio files are not opened.
    ///
    /// - Parameter labels: those that may occur; nil for any.
    /// - Throws: ``DataError`` of the first file that is wrong, also of an annotation without its recording.
    public static func read(_ root: String, labels: [String]? = nil) throws(DataError) -> EventsLayout {
        guard AudioFolder.isFolder(root) else { throw .missing(path: root) }
        let annotations = annotations(below: root)
        guard !annotations.isEmpty else {
            throw .malformed(
                path: root, reason: "events need a folder named annotation with a text file for each recording")
        }
        let audio = Dictionary(grouping: AudioFolder.audio(below: root), by: { $0.fileStem })
        var recordings: [EventRecording] = []
        for annotation in annotations {
            let path = "\(root)/\(annotation)"
            recordings.append(
                EventRecording(
                    path:
                        "\(root)/\(try recording(of: annotation, among: audio[annotation.fileStem] ?? [], root: root))",
                    annotation: path, events: try EventFile.read(path, labels: labels), split: split(annotation)))
        }
        let found = Set(recordings.flatMap { $0.events.map(\.label) }).sorted()
        return EventsLayout(recordings: recordings, labels: labels ?? found)
    }

    private static func recording(
        of annotation: String, among candidates: [String], root: String
    ) throws(DataError) -> String {
        let folders = annotation.split(separator: "/").dropLast()
        func shared(_ path: String) -> Int {
            zip(path.split(separator: "/").dropLast(), folders).prefix { $0 == $1 }.count
        }
        let most = candidates.map(shared).max()
        let nearest = candidates.filter { shared($0) == most }
        guard let first = nearest.first else {
            throw .malformed(
                path: "\(root)/\(annotation)",
                reason: "there is no recording named \(annotation.fileStem) in \(root); add it or remove the annotation"
            )
        }
        guard nearest.count == 1 else {
            throw .malformed(
                path: "\(root)/\(annotation)",
                reason: "it could belong to \(first) or to \(nearest[1]); rename one of them")
        }
        return first
    }

    private static func split(_ path: String) -> Clip.Split? {
        path.split(separator: "/").first.flatMap { Clip.Split(folder: String($0)) }
    }

    /// Text files directly in folders named for annotations, as paths relative to `root`, sorted by their bytes.
    private static func annotations(below root: String) -> [String] {
        var found: [String] = []
        func collect(_ prefix: String, depth: Int) {
            // Links may lead back up; no data set is this deep.
            guard depth < 32 else { return }
            for name in AudioFolder.folders(in: "\(root)/\(prefix)") {
                let folder = prefix + name + "/"
                if name.lowercased().contains("annotation") {
                    found += AudioFolder.names(in: "\(root)/\(folder)")
                        .filter { $0.lowercased().hasSuffix(".txt") }.map { folder + $0 }
                }
                collect(folder, depth: depth + 1)
            }
        }
        collect("", depth: 0)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
