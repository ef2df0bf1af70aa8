import Foundation
import OssicleAudio
import OssicleKernels
import OssicleModels
import Synchronization

/// A store of decoded clips: mono, at one sample rate, scaled to one level. Any number of threads can use it.
///
/// At its first use, a clip is decoded to its end, because the level is that of the whole clip:
/// x ← level · x / max(rms(x), 10⁻⁵). Later accesses read the required samples from memory or from the file. The clips
/// that stay in memory are chosen at the start (`ClipCachePlan`). A sample therefore has the same bits in every run and
/// for any number of threads. A clip of more than one minute that does not stay in memory is never completely in
/// memory, unless a caller requests the whole clip.
///
/// A clip that does not stay in memory is
/// - read in part, if this gives the same bits as decoding the whole clip: lossless files at the sample rate of the
///   store;
/// - otherwise decoded completely and cut, if its duration is at most one minute;
/// - otherwise read in part. Resampling from the middle of a file changes the last bits of the samples. The values
///   therefore differ slightly between a data set that fits into memory and one that does not.
///
/// A clip is dropped if it cannot be decoded or contains a sample that is not a finite number. A truncated file is used
/// up to its end. See `report`.
///
/// A clip is *lost* if its file cannot be read, or has changed while it was in use. Before that, reading is tried again
/// several times. A lost clip is dropped too, but another run may be able to read it. Training therefore stops
/// (`lossReason`): if it went on without the clip, its result could not be repeated.
package final class ClipStore: Sendable {
    package let dataset: AudioDataset
    /// The sample rate in Hz.
    package let sampleRate: Int
    /// The RMS level to which clips are scaled. 0: levels are not changed.
    package let level: Float
    /// The largest size in bytes of the clips that stay in memory, after all of them have been used.
    package var keptBytes: Int { plan.keptBytes }

    /// The properties of a clip that has been decoded.
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
    private let loss = Mutex<String?>(nil)

    /// - Parameters:
    ///   - dataset: the data set.
    ///   - sampleRate: the sample rate in Hz.
    ///   - level: the RMS level to which clips are scaled. 0: levels are not changed.
    ///   - cacheMemoryMiB: the limit of the memory for samples.
    ///   - keeping: the clips that may stay in memory; nil: all.
    package init(dataset: AudioDataset, sampleRate: Int, level: Float, cacheMemoryMiB: Int, keeping: [Int]? = nil) {
        self.dataset = dataset
        self.sampleRate = sampleRate
        self.level = level
        plan = ClipCachePlan(dataset, sampleRate: sampleRate, cacheMemoryMiB: cacheMemoryMiB, keeping: keeping)
        decoder = ClipDecoder(sampleRate: sampleRate, level: level)
        states = Mutex([State](repeating: .unread, count: dataset.clips.count))
    }

    /// The clips whose samples differ in the last bits from those of the completely decoded clip. These are long clips
    /// that are resampled or lossy and do not stay in memory.
    package static func approximated(in dataset: AudioDataset, recipe: Recipe) -> [Int] {
        ClipCachePlan(
            dataset, sampleRate: recipe.frontend.sampleRate, cacheMemoryMiB: recipe.data.cacheMemoryMiB, keeping: nil
        ).approximated
    }

    /// Creates a store with the settings of a recipe.
    package convenience init(dataset: AudioDataset, recipe: Recipe, keeping: [Int]? = nil) {
        self.init(
            dataset: dataset, sampleRate: recipe.frontend.sampleRate, level: recipe.data.level,
            cacheMemoryMiB: recipe.data.cacheMemoryMiB, keeping: keeping)
    }

    /// All samples of a clip, whatever its duration; nil if the clip was dropped. `stream(of:)` gives the samples in
    /// blocks.
    package func samples(of clip: Int) -> [Float]? {
        guard let (ready, whole) = prepare(clip, collecting: .max) else { return nil }
        return whole ?? decode(clip, ready)
    }

    /// The samples `from` ..< `from + count` of a clip, which must be within it; nil if the clip was dropped.
    package func samples(of clip: Int, from: Int, count: Int) -> [Float]? {
        open(clip)?.samples(from: from, count: count)
    }

    /// A clip of which several parts are read; nil if the clip was dropped.
    func open(_ clip: Int) -> OpenClip? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        guard ready.access != .readPart else {
            return .parts(count: ready.count) { [self] in part(clip, ready, from: $0, count: $1) }
        }
        return (whole ?? decode(clip, ready)).map { .whole($0) }
    }

    /// All samples of a clip in consecutive blocks, with bounded memory; nil if the clip was dropped.
    package func stream(of clip: Int) -> ClipStream? {
        guard let (ready, whole) = prepare(clip) else { return nil }
        if let whole { return ClipStream(whole: whole) }
        if ready.access != .readPart { return decode(clip, ready).map { ClipStream(whole: $0) } }
        let path = dataset.clips[clip].path
        do throws(AudioError) {
            let file = try Self.findingAgain { () throws(AudioError) in try AudioStream(path, sampleRate: sampleRate) }
            return ClipStream(file: file, count: ready.count, gain: ready.gain) { [self] reason in lose(clip, reason) }
        } catch {
            drop(clip, error)
            return nil
        }
    }

    /// The number of samples of a clip; nil if the clip was dropped. It decodes the clip if necessary.
    package func count(of clip: Int) -> Int? { prepare(clip)?.ready.count }

    /// The reason why the first lost clip was lost, as a sentence that names its file; nil if no clip was lost.
    package var lossReason: String? { loss.withLock { $0 } }

    /// The clips that were dropped so far, in the order of the data set.
    package var dropped: [AudioDataset.Skipped] { report.dropped }

    /// The problems that were found so far.
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
    /// The properties of a clip, and its scaled samples if they are in memory. It decodes the clip if necessary.
    private func prepare(_ clip: Int, collecting limit: Int = 0) -> (ready: Clip, whole: [Float]?)? {
        switch states.withLock({ $0[clip] }) {
        case .dropped: return nil
        case .ready(let ready): return (ready, ready.kept)
        case .unread: break
        }
        // Two threads may decode the same clip at the same time. Both get the same result, so this only costs time,
        // once.
        do throws(AudioError) {
            let measured = try Self.findingAgain { () throws(AudioError) in
                try decoder.measure(dataset.clips[clip].path, collecting: max(limit, plan.collected(clip)))
            }
            let access = plan.access(clip, count: measured.count)
            let ready = Clip(
                count: measured.count, gain: measured.gain, access: access,
                kept: access == .keep ? measured.samples : nil, shortfall: measured.shortfall)
            states.withLock { $0[clip] = .ready(ready) }
            return (ready, measured.samples)
        } catch {
            drop(clip, error)
            return nil
        }
    }

    private func decode(_ clip: Int, _ ready: Clip) -> [Float]? { part(clip, ready, from: 0, count: ready.count) }

    private func part(_ clip: Int, _ ready: Clip, from: Int, count: Int) -> [Float]? {
        let path = dataset.clips[clip].path
        do throws(AudioError) {
            // The whole clip is decoded to its end, so that its bits are the same as at the first time.
            let part = try Self.findingAgain { () throws(AudioError) in
                try decoder.part(
                    path, from: from, count: from == 0 && count == ready.count ? nil : count, gain: ready.gain)
            }
            if part.count == count { return part }
            lose(clip, "\(path) has changed while it was in use")
        } catch {
            // The clip could be decoded before.
            lose(clip, error.description)
        }
        return nil
    }

    /// Calls `body` again after pauses while the file is missing. Network drives sometimes lose sight of a file for a
    /// moment. The file existed when the data set was opened.
    private static func findingAgain<T: ~Copyable>(_ body: () throws(AudioError) -> T) throws(AudioError) -> T {
        for pause in PassingErrors.pauses {
            do throws(AudioError) {
                return try body()
            } catch {
                guard case .missing = error else { throw error }
                usleep(pause)
            }
        }
        return try body()
    }

    private func drop(_ clip: Int, _ error: AudioError) {
        if error.isOfReading { return lose(clip, error.description) }
        states.withLock { $0[clip] = .dropped(reason: error.description) }
    }

    private func lose(_ clip: Int, _ reason: String) {
        states.withLock { $0[clip] = .dropped(reason: reason) }
        loss.withLock { if $0 == nil { $0 = reason } }
    }
}
