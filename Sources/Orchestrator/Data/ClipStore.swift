import OssicleAudio
import OssicleKernels
import OssicleModels
import Synchronization

/// Decoded clips: mono, at one rate, scaled to one level. Safe to use from any number of threads.
///
/// A clip is decoded to its end the first time, because its level is that of the whole clip:
/// x ← level · x / max(rms(x), 10⁻⁵). Later accesses read what they need from memory or from the file. Which clips stay in
/// memory is decided at the start (``ClipCachePlan``), so that a sample has the same bits in every run and for any number of
/// threads. The samples of a longer clip that is not kept are never held whole, unless they are asked for whole.
///
/// Out of memory, a clip is
/// - read in part, where that gives the bits that decoding it whole does: lossless files at the store's own rate;
/// - decoded whole and cut, if it is at most a minute long;
/// - read in part otherwise; resampling from the middle of a file differs from cutting the resampled file in the last
///   bits, so a data set that fits into memory and one that does not give slightly different values here.
///
/// A clip that cannot be decoded, or holds a sample that is not a finite number, is dropped; one that is cut off is used up
/// to the cut. See ``report``.
package final class ClipStore: Sendable {
    package let dataset: AudioDataset
    /// Hz.
    package let sampleRate: Int
    /// Root-mean-square that clips are scaled to; 0 leaves levels as they are.
    package let level: Float
    /// Bytes that the kept clips take at most, once all have been used.
    package var keptBytes: Int { plan.keptBytes }

    private struct Clip: Sendable {
        var count: Int
        var gain: Float
        var access: ClipCachePlan.Access
        var kept: [Float]?
        var shortfall: AudioShortfall?
    }

    private enum State: Sendable {
        case unread
        case ready(Clip)
        case dropped(reason: String)
    }

    private let plan: ClipCachePlan
    private let decoder: ClipDecoder
    private let states: Mutex<[State]>

    /// - Parameters:
    ///   - cacheMemoryMiB: limit of the memory for samples.
    ///   - keeping: the clips that are worth memory; nil: all.
    package init(dataset: AudioDataset, sampleRate: Int, level: Float, cacheMemoryMiB: Int, keeping: [Int]? = nil) {
        self.dataset = dataset
        self.sampleRate = sampleRate
        self.level = level
        plan = ClipCachePlan(dataset, sampleRate: sampleRate, cacheMemoryMiB: cacheMemoryMiB, keeping: keeping)
        decoder = ClipDecoder(sampleRate: sampleRate, level: level)
        states = Mutex([State](repeating: .unread, count: dataset.clips.count))
    }

    /// The clips whose samples differ in the last bits from those of the clip decoded as a whole, since they are long,
    /// resampled or lossy, and not cached.
    package static func approximated(in dataset: AudioDataset, recipe: Recipe) -> [Int] {
        ClipCachePlan(
            dataset, sampleRate: recipe.frontend.sampleRate, cacheMemoryMiB: recipe.data.cacheMemoryMiB, keeping: nil
        ).approximated
    }

    package convenience init(dataset: AudioDataset, recipe: Recipe, keeping: [Int]? = nil) {
        self.init(
            dataset: dataset, sampleRate: recipe.frontend.sampleRate, level: recipe.data.level,
            cacheMemoryMiB: recipe.data.cacheMemoryMiB, keeping: keeping)
    }

    /// The whole clip, however long; nil if it was dropped. ``stream(of:)`` gives it in blocks.
    package func samples(of clip: Int) -> [Float]? {
        guard let (ready, whole) = prepare(clip, collecting: .max) else { return nil }
        return whole ?? decode(clip, ready)
    }

    /// Samples `from` ..< `from + count` of the clip, which must lie within it; nil if it was dropped.
    package func samples(of clip: Int, from: Int, count: Int) -> [Float]? {
        open(clip)?.samples(from: from, count: count)
    }

    /// A clip whose parts are wanted one after the other; nil if it was dropped.
    func open(_ clip: Int) -> OpenClip? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        guard ready.access != .readPart else {
            return .parts(count: ready.count) { [self] in part(clip, ready, from: $0, count: $1) }
        }
        return (whole ?? decode(clip, ready)).map { .whole($0) }
    }

    /// The whole clip in consecutive blocks, in bounded memory; nil if it was dropped.
    package func stream(of clip: Int) -> ClipStream? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        if let whole { return ClipStream(whole: whole) }
        if ready.access != .readPart { return decode(clip, ready).map { ClipStream(whole: $0) } }
        let path = dataset.clips[clip].path
        do throws(AudioError) {
            return ClipStream(
                file: try AudioStream(path, sampleRate: sampleRate), count: ready.count, gain: ready.gain
            ) { [self] reason in drop(clip, reason) }
        } catch {
            drop(clip, error.description)
            return nil
        }
    }

    /// Number of the clip's samples; nil if it was dropped. Decodes the clip if nobody has yet.
    package func count(of clip: Int) -> Int? { prepare(clip)?.ready.count }

    /// The clips that turned out to be unusable so far, in order.
    package var dropped: [AudioDataset.Skipped] { report.dropped }

    /// What was found wrong so far.
    package var report: DecodingReport {
        states.withLock { states in
            var dropped: [AudioDataset.Skipped] = []
            var cutOff: [AudioDataset.Skipped] = []
            for (clip, state) in zip(dataset.clips, states) {
                switch state {
                case .unread: break
                case .dropped(let reason): dropped.append(.init(path: clip.path, reason: reason))
                case .ready(let ready):
                    guard let shortfall = ready.shortfall else { continue }
                    cutOff.append(.init(path: clip.path, reason: shortfall.description))
                }
            }
            return DecodingReport(clips: dataset.clips.count, dropped: dropped, cutOff: cutOff)
        }
    }
}

extension ClipStore {
    /// What is known about a clip, and its scaled samples where they are at hand.
    private func prepare(_ clip: Int, collecting limit: Int = 0) -> (ready: Clip, whole: [Float]?)? {
        switch states.withLock({ $0[clip] }) {
        case .dropped: return nil
        case .ready(let ready): return (ready, ready.kept)
        case .unread: break
        }
        // Two threads may get here with one clip. Both find the same; one of them worked in vain, once.
        do {
            let measured = try decoder.measure(
                dataset.clips[clip].path, collecting: max(limit, plan.collected(clip)))
            let access = plan.access(clip, count: measured.count)
            let ready = Clip(
                count: measured.count, gain: measured.gain, access: access,
                kept: access == .keep ? measured.samples : nil, shortfall: measured.shortfall)
            states.withLock { $0[clip] = .ready(ready) }
            return (ready, measured.samples)
        } catch {
            drop(clip, error.description)
            return nil
        }
    }

    private func decode(_ clip: Int, _ ready: Clip) -> [Float]? { part(clip, ready, from: 0, count: ready.count) }

    private func part(_ clip: Int, _ ready: Clip, from: Int, count: Int) -> [Float]? {
        let path = dataset.clips[clip].path
        do {
            // The whole is decoded to its end, so that its bits are those of the first time.
            let part = try decoder.part(
                path, from: from, count: from == 0 && count == ready.count ? nil : count, gain: ready.gain)
            if part.count == count { return part }
            drop(clip, "\(path) has changed while it was in use")
        } catch {
            drop(clip, error.description)
        }
        return nil
    }

    private func drop(_ clip: Int, _ reason: String) {
        states.withLock { $0[clip] = .dropped(reason: reason) }
    }
}
