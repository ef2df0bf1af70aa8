import OssicleAudio

/// How each clip of a data set is reached, and which clips stay in memory.
///
/// It is decided at the start, from the lengths that headers claim, in the clips' order, until the limit is reached. (Every
/// epoch visits every clip once, in random order: keeping a fixed part is then the best that any policy can do.)
struct ClipCachePlan: Sendable {
    enum Access: Sendable {
        case keep
        case decodeWhole
        case readPart
    }

    /// Seconds.
    static let longestDecode = 60.0

    /// One a clip.
    let accesses: [Access]
    /// Clips that are read in part although that gives other last bits than decoding them whole.
    let approximated: [Int]
    /// Bytes that the kept clips take at most.
    let keptBytes: Int
    private let room: [Int]
    private let longestDecodeSamples: Int

    /// - Parameter keeping: the clips that are worth memory; nil: all.
    init(_ dataset: AudioDataset, sampleRate: Int, cacheMemoryMiB: Int, keeping: [Int]?) {
        longestDecodeSamples = Int(Self.longestDecode * Double(sampleRate))
        let limit = cacheMemoryMiB.multipliedReportingOverflow(by: 1 << 20)
        var left = limit.overflow ? Int.max : limit.partialValue
        let isExact = zip(dataset.clips, dataset.headers).map { clip, header in
            header.sampleRate == sampleRate && header.length == .stated && Self.seeksExactly(clip.path)
        }
        var accesses = zip(dataset.clips, isExact).map { clip, isExact in
            isExact || clip.seconds > Self.longestDecode ? Access.readPart : .decodeWhole
        }
        var room = [Int](repeating: 0, count: accesses.count)
        for index in keeping ?? Array(dataset.clips.indices) {
            let seconds = dataset.clips[index].seconds
            let samples = Int(exactly: (seconds * Double(sampleRate)).rounded(.down)) ?? .max
            let bytes = samples.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
            guard !bytes.overflow, bytes.partialValue <= left else { continue }
            left -= bytes.partialValue
            accesses[index] = .keep
            room[index] = samples
        }
        self.accesses = accesses
        approximated = accesses.indices.filter { accesses[$0] == .readPart && !isExact[$0] }
        self.room = room
        keptBytes = accesses.contains(.keep) ? room.reduce(0, +) * MemoryLayout<Float>.stride : 0
    }

    /// The samples of a clip that may be collected when it is decoded for the first time: those of a long clip that is not
    /// kept are not.
    func collected(_ clip: Int) -> Int {
        // A length in samples is rounded to nearest, and the plan rounds down.
        max(accesses[clip] == .keep ? room[clip] + 1 : 0, longestDecodeSamples)
    }

    /// How a clip is reached whose length has turned out to be `count`: lengths in headers are claims.
    func access(_ clip: Int, count: Int) -> Access {
        switch accesses[clip] {
        case .keep where count <= room[clip] + 1: .keep
        case .readPart: .readPart
        default: count > longestDecodeSamples ? .readPart : .decodeWhole
        }
    }

    /// Whether reading from the middle of such a file gives the bits that reading it whole does: decoders of lossy
    /// formats carry a state from block to block.
    private static func seeksExactly(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return !["mp3", "oga", "ogg", "opus"].contains(path[path.index(after: dot)...].lowercased())
    }
}
