import OssicleBase

/// A recording with its annotated sound events.
public struct EventRecording: Sendable, Equatable {
    public let path: String
    /// The path of the file from which the events were read.
    public let annotation: String
    public let events: [SoundEvent]
    /// The number of the line of each event in the annotation, from 1.
    package let lines: [Int]
    /// The part of the data set; nil if the folder does not name one.
    public let split: Clip.Split?

    /// The same recording with other events.
    func with(_ events: [SoundEvent], lines: [Int]) -> EventRecording {
        EventRecording(path: path, annotation: annotation, events: events, lines: lines, split: split)
    }
}

/// Recordings with annotated events, in the layout of DCASE 2016 task 2.
///
/// Audio files can be in any folder. Each annotated recording has a file `NAME.txt` (``EventFile``) in a folder whose
/// name contains the word annotation, for example
///
///     test/audio/a.wav
///     test/annotation/a.txt
///
/// If several recordings are named NAME, the annotation belongs to the one whose path has the most leading folders in
/// common with that of the annotation. If the first folder is named `train`, `validation` or `test`, it is the split.
/// Folders of audio without any annotation are omitted, for example the isolated events of DCASE.
public struct EventsLayout: Sendable, Equatable {
    /// The folder of the data set.
    public let root: String
    /// The recordings, in the order of the paths of their annotations.
    public let recordings: [EventRecording]
    /// The labels that were passed to ``read(_:labels:)``. If none were passed, all labels in the annotations, sorted.
    public let labels: [String]
    /// Sentences about files, recordings and events that are left out, with their number and the first of them.
    public let warnings: [String]

    /// The labels that were passed to ``read(_:labels:)``.
    let allowed: [String]?

    init(root: String, recordings: [EventRecording], labels: [String]?, warnings: [String]) {
        self.root = root
        self.recordings = recordings
        allowed = labels
        self.labels = labels ?? Set(recordings.flatMap { $0.events.map(\.label) }).sorted()
        self.warnings = warnings
    }

    /// Reads all annotations in `root` and its subfolders. Audio files are not opened: ``fitted()`` compares the events
    /// with the lengths of the recordings.
    ///
    /// - Parameters:
    ///   - root: the folder of the data set.
    ///   - labels: the labels that are allowed; nil allows all labels.
    /// - Throws: ``DataError`` for the first wrong file, or for an annotation without its recording.
    public static func read(_ root: String, labels: [String]? = nil) throws(DataError) -> EventsLayout {
        guard AudioFolder.isFolder(root) else { throw .missing(path: root) }
        let contents = try AudioFolder.contents(of: root) { path in
            path.pathComponents.dropLast().last?.lowercased().contains("annotation") == true
        }
        let annotations = contents.others.filter { $0.lowercased().hasSuffix(".txt") }
        guard !annotations.isEmpty else {
            throw .malformed(
                path: root, reason: "events need a folder named annotation with a text file for each recording")
        }
        let audio = Dictionary(grouping: contents.audio, by: { ByteText($0.fileStem) })
        var recordings: [EventRecording] = []
        for annotation in annotations {
            let path = "\(root)/\(annotation)"
            let found = try recording(of: annotation, among: audio[ByteText(annotation.fileStem)] ?? [], root: root)
            let lines = try EventFile.readLines(path, labels: labels)
            recordings.append(
                EventRecording(
                    path: "\(root)/\(found)", annotation: path, events: lines.map(\.event), lines: lines.map(\.line),
                    split: split(annotation)))
        }
        var leftOut = contents.leftOut
        leftOut.add(
            contents.others.filter { !$0.lowercased().hasSuffix(".txt") }.map { "\(root)/\($0)" },
            "did not read files in folders of annotations that do not end in .txt")
        let lost = unannotated(contents.audio.map { "\(root)/\($0)" }, Set(recordings.map { ByteText($0.path) }))
        return EventsLayout(
            root: root, recordings: recordings, labels: labels,
            warnings: leftOut.warnings + (lost.map { [$0] } ?? []))
    }

    /// The recordings of the training, validation and test parts. ``warnings`` has the number of the others.
    package var divided: EventsLayout {
        let others = recordings.filter { $0.split == nil }
        guard let first = others.first else { return self }
        let sentence = countedSentence(
            others.count, of: recordings.count,
            "recordings are in none of the folders train, validation and test and were left out", first: first.path)
        return EventsLayout(
            root: root, recordings: recordings.filter { $0.split != nil }, labels: allowed,
            warnings: warnings + [sentence])
    }

    /// A sentence about the files without an annotation that are next to annotated recordings.
    private static func unannotated(_ files: [String], _ annotated: Set<ByteText>) -> String? {
        func folder(_ path: String) -> ByteText { ByteText(String(path.dropLast(path.fileName.count))) }
        let folders = Set(annotated.map { folder($0.text) })
        let beside = files.filter { folders.contains(folder($0)) }
        let lost = beside.filter { !annotated.contains(ByteText($0)) }
        return lost.first.map {
            countedSentence(lost.count, of: beside.count, "recordings have no annotation and were left out", first: $0)
        }
    }

    private static func recording(
        of annotation: String, among candidates: [String], root: String
    ) throws(DataError) -> String {
        let folders = annotation.pathComponents.dropLast()
        func shared(_ path: String) -> Int {
            zip(path.pathComponents.dropLast(), folders).prefix { ByteText($0) == ByteText($1) }.count
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
        path.pathComponents.first.flatMap { Clip.Split(folder: $0) }
    }
}
