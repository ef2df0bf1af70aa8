import OssicleAudio

/// The choice of the clips of a data set that stay in memory, and the access to the others.
///
/// Clips are chosen at the start, in the order of the data set and by the durations in their headers, until the memory
/// limit is reached. Every epoch visits every clip once, in a random order. In this case, no method is better than
/// keeping a fixed set of clips.
struct ClipCachePlan: Sendable {
    /// The access to a clip.
    enum Access: Sendable {
        /// The samples stay in memory.
        case keep
        /// The whole clip is decoded at every use.
        case decodeWhole
        /// Only the required part of the clip is read.
        case readPart
    }

    /// The longest duration of a clip that is decoded completely at every use, in seconds.
    static let longestDecode = 60.0

    /// The access to each clip.
    let accesses: [Access]
    /// The clips that are read in part, although their last bits then differ from those of the completely decoded clip.
    let approximated: [Int]
    /// The largest size in bytes of the clips that stay in memory.
    let keptBytes: Int
    /// For each clip that stays in memory, the number of samples that is reserved for it.
    private let room: [Int]
    private let longestDecodeSamples: Int

    /// - Parameters:
    ///   - dataset: the data set.
    ///   - sampleRate: the sample rate of the decoded clips in Hz.
    ///   - cacheMemoryMiB: the memory limit.
    ///   - keeping: the clips that may stay in memory; nil: all.
    init(_ dataset: AudioDataset, sampleRate: Int, cacheMemoryMiB: Int, keeping: [Int]?) {
        longestDecodeSamples = Int(Self.longestDecode * Double(sampleRate))
        let limit = cacheMemoryMiB.multipliedReportingOverflow(by: 1 << 20)
        var left = limit.overflow ? Int.max : limit.partialValue
        let isExact = zip(dataset.clips, dataset.headers).map { clip, header in
            header.sampleRate == sampleRate && header.length == .stated && !AudioSuffix.isLossy(clip.path)
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

    /// The largest number of samples of a clip that are collected when it is decoded for the first time. A long clip
    /// that does not stay in memory has more samples, so that they are not collected.
    func collected(_ clip: Int) -> Int {
        // The decoder rounds the number of samples to the nearest integer, and the plan rounds it down.
        max(accesses[clip] == .keep ? room[clip] + 1 : 0, longestDecodeSamples)
    }

    /// The access to a clip whose number of samples turned out to be `count`. It can differ from the number in the
    /// header.
    func access(_ clip: Int, count: Int) -> Access {
        switch accesses[clip] {
        case .keep where count <= room[clip] + 1: .keep
        case .readPart: .readPart
        default: count > longestDecodeSamples ? .readPart : .decodeWhole
        }
    }
}
