import OssicleAudio
import OssicleBase

/// The recordings of one or more folders, as their layouts describe them.
///
/// Only the headers of the files have been read. The order of the clips is fixed: the roots are in the given order, and
/// the files of each root are sorted by path.
public struct AudioDataset: Sendable {
    /// A file that should be part of the data set but cannot be used.
    public struct Skipped: Sendable, Equatable {
        public let path: String
        /// The reason, as a sentence that names the file.
        public let reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    public let clips: [Clip]
    /// The names of the labels. It is empty if there are no labels.
    public let classes: [String]
    /// The layout of all roots. If the layouts differ, that of the first root.
    public let layout: Layout
    /// The folders, tables or files that the data set was opened from.
    public let roots: [String]
    /// The files that should be part of the data set but cannot be used.
    public let skipped: [Skipped]
    /// Sentences about files that are left out for other reasons, and about names.
    private let remarks: [String]
    /// Sentences about clips that are in no part of a probe, and about published divisions that a probe cannot use.
    public let probeWarnings: [String]
    /// The sample rate, number of channels and length of each clip.
    let headers: [AudioInfo]
    /// The size of each file in bytes.
    private let sizes: [Int]

    /// Opens the data set at `paths`.
    ///
    /// Roots of the same layout share its classes. Roots of different layouts give a data set without labels, which is
    /// sufficient for contrastive pretraining. Files that have the name of an audio file but are not audio are listed
    /// in ``skipped``.
    /// - Parameters:
    ///   - paths: the roots: folders, tables (`.csv`) or single files.
    ///   - layout: the layout of all roots. nil: the layout of each root is detected.
    /// - Throws: ``DataError`` if a root does not exist, has no audio or has a wrong table, or if all files were
    ///   skipped.
    public static func open(_ paths: [String], layout: Layout? = nil) throws(DataError) -> AudioDataset {
        let roots = paths.map { path in
            path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        var listings: [LayoutListing] = []
        var layouts: [Layout] = []
        for root in roots {
            guard AudioFolder.exists(root) else { throw .missing(path: root) }
            let found = layout ?? Layout.detect(root)
            let listing = try found.reader.read(root)
            guard !listing.entries.isEmpty else { throw listing.noAudio(path: root) }
            layouts.append(found)
            listings.append(listing)
        }
        guard let first = layouts.first else { throw .noAudio(path: "no folder at all") }
        let isOneLayout = layouts.allSatisfy { $0 == first }
        return try AudioDataset(
            listings: listings, classes: isOneLayout ? merged(listings.map(\.classes), layout: first) : [],
            isOneLayout: isOneLayout, layout: first, roots: roots)
    }

    private init(
        listings: [LayoutListing], classes: [String], isOneLayout: Bool, layout: Layout, roots: [String]
    ) throws(DataError) {
        var distinct = DistinctFiles(isOneLayout: isOneLayout)
        let entries = try distinct.entries(listings.flatMap(\.entries))
        let labels = Dictionary(uniqueKeysWithValues: classes.enumerated().map { (ByteText($1), $0) })
        var clips: [Clip] = []
        var headers: [AudioInfo] = []
        var sizes: [Int] = []
        var skipped: [Skipped] = []
        for (entry, result) in zip(entries, AudioHeaders.read(entries.map(\.path))) {
            switch result {
            case .failure(let error):
                // Otherwise the limit of this process would decide which clips are part of the data.
                if case .tooManyOpenFiles = error { throw .unopened(error) }
                skipped.append(Skipped(path: entry.path, reason: error.description))
            case .success(let header):
                guard try distinct.isNew(entry, header.identity) else { continue }
                let info = header.info
                headers.append(info)
                sizes.append(header.identity?.size ?? 0)
                clips.append(
                    Clip(
                        path: entry.path, label: entry.className.flatMap { labels[ByteText($0)] }, split: entry.split,
                        fold: entry.fold, group: entry.group, pitch: entry.pitch, seconds: info.seconds))
            }
        }
        if clips.isEmpty, let first = skipped.first {
            throw .nothingLeft(skipped: skipped.count, reason: first.reason)
        }
        var leftOut = listings.reduce(into: LeftOut()) { $0.add($1.leftOut) }
        leftOut.add(distinct.repeated, "used only once files that are listed more than once")
        let names = ClassNames(classes)
        self.clips = clips
        self.classes = names.shown
        self.layout = layout
        self.roots = roots
        self.skipped = skipped
        remarks = leftOut.warnings + names.remarks
        probeWarnings =
            isOneLayout ? DivisionRemarks.remarks(clips, classes, prefersGroups: layout.reader.prefersGroups) : []
        self.headers = headers
        self.sizes = sizes
    }

    /// One list of classes for several roots. Published lists are equal for all roots. Names of folders are sorted
    /// again.
    private static func merged(_ lists: [[String]], layout: Layout) -> [String] {
        var seen: Set<ByteText> = []
        let all = lists.joined().map(ByteText.init).filter { seen.insert($0).inserted }
        return (layout.reader.sortsClasses ? all.sorted() : all).map(\.text)
    }
}

extension AudioDataset {
    /// Whether every clip has a label.
    public var isLabelled: Bool { !classes.isEmpty && clips.allSatisfy { $0.label != nil } }

    /// A description of the clips that is equal for equal data sets, also if the folder has another place or name: the
    /// number of clips, their duration in seconds, and a hash of their paths relative to the folder, their sizes in
    /// bytes, durations and labels (64-bit FNV-1a). The samples are not compared.
    package var identity: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        for (clip, size) in zip(clips, sizes) {
            add(relativePath(of: clip).utf8)
            add("|\(size)|\(clip.seconds)|\(clip.label.map { classes[$0] } ?? "")\n".utf8)
        }
        return "\(clips.count) clips of \(Int(exactly: seconds.rounded()) ?? .max) s (\(String(hash, radix: 16)))"
    }

    /// The roots for error messages: the first one, and the number of the others.
    package var shownRoots: String {
        let others = roots.count - 1
        return (roots.first ?? "") + (others > 0 ? " and \(others) more" : "")
    }

    /// The path of a clip relative to the first root that contains it. For a root that is a table, it is relative to the
    /// folder of the table. A clip outside of all roots has the name of its folder and its own.
    private func relativePath(of clip: Clip) -> Substring {
        for root in roots {
            if clip.path.hasPrefix(root + "/") { return clip.path.dropFirst(root.count + 1) }
            guard let slash = root.lastIndex(of: "/") else { continue }
            let name = root[slash...].lowercased()
            let folder = root[...slash]
            if name.hasSuffix(".csv") || name.hasSuffix(".tsv"), clip.path.hasPrefix(folder) {
                return clip.path.dropFirst(folder.count)
            }
        }
        return clip.path.pathComponents.suffix(2).joined(separator: "/")[...]
    }

    /// The total duration of all clips in seconds.
    public var seconds: Double { clips.reduce(0) { $0 + $1.seconds } }

    /// The share of the clips that are shorter than `seconds`, from 0 to 1. If a clip is shorter than two views
    /// together, its views overlap, and the contrastive task is too easy to be useful.
    public func shareShorter(than seconds: Double) -> Double {
        Double(clips.count { $0.seconds < seconds }) / Double(clips.count)
    }

    /// Sentences for the log about everything that is left out, each with the number of files and the first of them:
    /// files that cannot be used (``skipped``), formats that cannot be read, files that a table does not list, lines
    /// that name no file, and repeated files. Empty if nothing is left out.
    public var warnings: [String] {
        guard let first = skipped.first else { return remarks }
        let total = clips.count + skipped.count
        return ["skipped " + countedSentence(skipped.count, of: total, "files", first: first.reason)] + remarks
    }
}

extension LayoutListing {
    /// The error for a root without recordings.
    fileprivate func noAudio(path: String) -> DataError {
        leftOut.unreadableSentence.map { .nothingLeft(skipped: leftOut.unreadableCount, reason: $0) }
            ?? .noAudio(path: path)
    }
}
