import OssicleAudio

/// The recordings of one or more folders, as their layouts describe them.
///
/// Only the headers have been read. The order is fixed: roots as given, the files of each by path.
public struct AudioDataset: Sendable {
    /// A file that is not part of the data set although it should be.
    public struct Skipped: Sendable, Equatable {
        public let path: String
        /// A sentence that names the file.
        public let reason: String
    }

    public let clips: [Clip]
    /// Names of the labels; empty where there are none.
    public let classes: [String]
    /// The layout of all roots; that of the first where they differ.
    public let layout: Layout
    public let roots: [String]
    public let skipped: [Skipped]
    /// Sample rates, channels and lengths, one a clip.
    let headers: [AudioInfo]

    /// Opens the data set at `paths`: folders, tables (`.csv`) or single files.
    ///
    /// Each root's layout is found from what it holds, unless `layout` says it. Roots of one layout share its classes;
    /// roots of different layouts make an unlabelled set, as contrastive pretraining wants it. Files that are not audio
    /// in spite of their names are listed in ``skipped``; it is an error if nothing else is left.
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
            guard !listing.entries.isEmpty else { throw .noAudio(path: root) }
            layouts.append(found)
            listings.append(listing)
        }
        guard let first = layouts.first else { throw .noAudio(path: "no folder at all") }
        let isLabelled = layouts.allSatisfy { $0 == first }
        return try AudioDataset(
            listings: listings, classes: isLabelled ? merged(listings.map(\.classes), layout: first) : [],
            layout: first, roots: roots)
    }

    private init(
        listings: [LayoutListing], classes: [String], layout: Layout, roots: [String]
    ) throws(DataError) {
        var seen: Set<String> = []
        let entries = listings.flatMap(\.entries).filter { seen.insert($0.path).inserted }
        let labels = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var clips: [Clip] = []
        var headers: [AudioInfo] = []
        var skipped: [Skipped] = []
        for (entry, result) in zip(entries, AudioHeaders.read(entries.map(\.path))) {
            switch result {
            case .failure(let error):
                skipped.append(Skipped(path: entry.path, reason: error.description))
            case .success(let info):
                headers.append(info)
                clips.append(
                    Clip(
                        path: entry.path, label: entry.className.flatMap { labels[$0] }, split: entry.split,
                        fold: entry.fold, group: entry.group, pitch: entry.pitch, seconds: info.seconds))
            }
        }
        if clips.isEmpty, let first = skipped.first {
            throw .nothingLeft(skipped: skipped.count, reason: first.reason)
        }
        self.clips = clips
        self.classes = classes
        self.layout = layout
        self.roots = roots
        self.skipped = skipped
        self.headers = headers
    }

    /// One list of classes for several roots. Official lists are the same everywhere; names of folders are sorted anew.
    private static func merged(_ lists: [[String]], layout: Layout) -> [String] {
        var seen: Set<String> = []
        let all = lists.joined().filter { seen.insert($0).inserted }
        return layout.reader.sortsClasses ? all.sorted() : all
    }
}

extension AudioDataset {
    /// Whether every clip has a label.
    public var isLabelled: Bool { !classes.isEmpty && clips.allSatisfy { $0.label != nil } }

    /// A description of the clips that is equal for equal data sets, wherever they lie: number, seconds, and a hash of their
    /// names, lengths and labels (64-bit FNV-1a).
    package var identity: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        for clip in clips {
            add(clip.path.split(separator: "/").suffix(2).joined(separator: "/").utf8)
            add("|\(clip.seconds)|\(clip.label.map { classes[$0] } ?? "")\n".utf8)
        }
        return "\(clips.count) clips of \(Int(seconds.rounded())) s (\(String(hash, radix: 16)))"
    }

    /// Length of everything, in seconds.
    public var seconds: Double { clips.reduce(0) { $0 + $1.seconds } }

    /// Share of the clips that are shorter than `seconds`, in 0 … 1. Two views of a clip shorter than both together
    /// overlap, and the contrastive pretext teaches little.
    public func shareShorter(than seconds: Double) -> Double {
        Double(clips.count { $0.seconds < seconds }) / Double(clips.count)
    }

    /// A sentence about ``skipped`` for the log; nil if nothing was.
    public var warning: String? {
        guard let first = skipped.first else { return nil }
        let total = clips.count + skipped.count
        let others = skipped.count == 1 ? "" : " (the first of them)"
        return "skipped \(skipped.count) of \(total) files: \(first.reason)\(others)"
    }
}
