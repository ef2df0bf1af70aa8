import Synchronization

/// Decoded clips: mono, at one rate, scaled to one level. Safe to use from any number of threads.
///
/// A clip is decoded whole the first time, because its level is that of the whole clip: x ← level · x / max(rms(x), 10⁻⁵).
/// Later accesses read what they need from memory or from the file. Which clips stay in memory is decided at the start,
/// from their lengths, in their order, until the limit is reached. (Every epoch visits every clip once, in random
/// order: keeping a fixed part is then the best that any policy can do.) So a sample has the same bits in every run and for
/// any number of threads.
///
/// Out of memory, a clip is
/// - read in part, where that gives the bits that decoding it whole does: lossless files at the store's own rate;
/// - decoded whole and cut, if it is at most ``longestDecode`` long;
/// - read in part otherwise; resampling from the middle of a file differs from cutting the resampled file in the last
///   bits, so a data set that fits into memory and one that does not give slightly different values here.
///
/// A clip that cannot be decoded, or holds a sample that is not a finite number, is dropped: see ``dropped``.
public final class ClipStore: Sendable {
    /// Seconds.
    static let longestDecode = 60.0

    public let dataset: AudioDataset
    /// Hz.
    public let sampleRate: Int
    /// Root-mean-square that clips are scaled to; 0 leaves levels as they are.
    public let level: Float
    /// Bytes that the kept clips take once all have been used.
    public let keptBytes: Int

    private enum Access {
        case keep
        case readPart
        case decodeWhole
    }

    private struct Clip: Sendable {
        var count: Int
        var gain: Float
        var kept: [Float]?
    }

    private enum State: Sendable {
        case unread
        case ready(Clip)
        case dropped(reason: String)
    }

    private let accesses: [Access]
    private let states: Mutex<[State]>

    /// - Parameters:
    ///   - cacheMemoryMiB: limit of the memory for samples.
    ///   - keeping: the clips that are worth memory; nil: all.
    public init(dataset: AudioDataset, sampleRate: Int, level: Float, cacheMemoryMiB: Int, keeping: [Int]? = nil) {
        self.dataset = dataset
        self.sampleRate = sampleRate
        self.level = level
        var room = cacheMemoryMiB << 20
        var accesses = zip(dataset.clips, dataset.headers).map { clip, header in
            let isExact = header.sampleRate == sampleRate && Self.seeksExactly(clip.path)
            return isExact || clip.seconds > Self.longestDecode ? Access.readPart : .decodeWhole
        }
        for index in keeping ?? Array(dataset.clips.indices) {
            let bytes = Int(dataset.clips[index].seconds * Double(sampleRate)) * MemoryLayout<Float>.stride
            guard bytes <= room else { continue }
            room -= bytes
            accesses[index] = .keep
        }
        self.accesses = accesses
        keptBytes = cacheMemoryMiB << 20 - room
        states = Mutex([State](repeating: .unread, count: dataset.clips.count))
    }

    public convenience init(dataset: AudioDataset, recipe: Recipe, keeping: [Int]? = nil) {
        self.init(
            dataset: dataset, sampleRate: recipe.frontend.sampleRate, level: recipe.data.level,
            cacheMemoryMiB: recipe.data.cacheMemoryMiB, keeping: keeping)
    }

    /// The whole clip; nil if it was dropped.
    public func samples(of clip: Int) -> [Float]? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        return whole ?? decode(clip, ready)
    }

    /// Samples `from` ..< `from + count` of the clip, which must lie within it; nil if it was dropped.
    public func samples(of clip: Int, from: Int, count: Int) -> [Float]? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        precondition(from >= 0 && count >= 0 && from + count <= ready.count, "a crop lies within its clip")
        if accesses[clip] != .readPart {
            return (whole ?? decode(clip, ready)).map { Array($0[from..<from + count]) }
        }
        do {
            let part = try AudioFile.read(
                dataset.clips[clip].path, sampleRate: sampleRate, from: from, count: count)
            guard part.count == count else {
                return drop(clip, "\(dataset.clips[clip].path) has changed while it was in use")
            }
            return scaled(part, by: ready.gain)
        } catch {
            return drop(clip, error.description)
        }
    }

    /// Number of the clip's samples; nil if it was dropped. Decodes the clip if nobody has yet.
    public func count(of clip: Int) -> Int? { prepare(clip)?.ready.count }

    /// The clips that turned out to be unusable so far, in order.
    public var dropped: [AudioDataset.Skipped] {
        states.withLock { states in
            zip(dataset.clips, states).compactMap { clip, state in
                guard case .dropped(let reason) = state else { return nil }
                return AudioDataset.Skipped(path: clip.path, reason: reason)
            }
        }
    }
}

extension ClipStore {
    /// What is known about a clip, and its samples where they are at hand.
    private func prepare(_ clip: Int) -> (ready: Clip, whole: [Float]?)? {
        switch states.withLock({ $0[clip] }) {
        case .dropped: return nil
        case .ready(let ready): return (ready, ready.kept)
        case .unread: break
        }
        // Two threads may get here with one clip. Both find the same; one of them worked in vain, once.
        guard let samples = decode(clip) else { return nil }
        let gain = level == 0 ? 1 : Level.gain(rms: Level.rms(samples), target: level)
        let whole = scaled(samples, by: gain)
        let ready = Clip(count: samples.count, gain: gain, kept: accesses[clip] == .keep ? whole : nil)
        states.withLock { $0[clip] = .ready(ready) }
        return (ready, whole)
    }

    private func decode(_ clip: Int, _ ready: Clip) -> [Float]? { decode(clip).map { scaled($0, by: ready.gain) } }

    private func decode(_ clip: Int) -> [Float]? {
        do {
            return try AudioFile.read(dataset.clips[clip].path, sampleRate: sampleRate)
        } catch {
            return drop(clip, error.description)
        }
    }

    private func drop<T>(_ clip: Int, _ reason: String) -> T? {
        states.withLock { $0[clip] = .dropped(reason: reason) }
        return nil
    }

    private func scaled(_ samples: [Float], by gain: Float) -> [Float] {
        var samples = samples
        for i in samples.indices { samples[i] *= gain }
        return samples
    }

    /// Whether reading from the middle of such a file gives the bits that reading it whole does: decoders of lossy
    /// formats carry a state from block to block.
    private static func seeksExactly(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: ".") else { return false }
        return !["mp3", "oga", "ogg", "opus"].contains(path[path.index(after: dot)...].lowercased())
    }
}
