import Foundation
import OssicleAudio
import OssicleBase
import OssicleData
import Synchronization

/// A corpus of mixtures: isolated events over backgrounds, with exact annotations. The layout is that of DCASE 2016
/// task 2: `{train,valid,test}/audio/{n}.wav` (16 kHz, mono) and `{train,valid,test}/annotation/{n}.txt`.
///
/// The onset of an event is the time at which its sound begins, not its file. The quiet sections at both ends of a
/// file, more than 30 dB below the loudest 10 ms, are removed. Events of one class never overlap each other. The same
/// sources and arguments give the same bytes.
///
/// *Reference:* Salamon et al., "Scaper: a library for soundscape synthesis and augmentation", WASPAA 2017.
public struct SoundscapeCorpus: Sendable {
    public static let defaultSize = 300
    /// The number of mixtures in all parts together.
    public var size = SoundscapeCorpus.defaultSize
    public var seed: UInt64 = 0
    /// The length of a mixture, in seconds.
    public var seconds = 10.0
    /// The range of the number of events that are drawn for a mixture. Events for which there is no room are left out.
    public var count = 2...6
    /// The probability that an event may overlap other events.
    public var overlap: Float = 0.3
    /// The range of the level of an event relative to the background, in decibels.
    public var ratioDB: ClosedRange<Float> = 0...12

    /// The contents of a mixed corpus: the numbers of mixtures and events in each part.
    public struct Summary: Sendable, Equatable {
        public let clips: [CorpusPart: Int]
        public let events: [CorpusPart: Int]
        /// Sentences about events that are left out and about recordings that are cut off, with their number and the
        /// first of them.
        public var warnings: [String] = []
    }

    public init() {}

    static let sampleRate = 16_000
    /// The RMS level of the background.
    private static let level: Float = 0.01
    /// The smallest distance between events that do not overlap, in samples (50 ms).
    private static let gap = sampleRate / 20
    /// The length of the fades at both ends of an event, in samples (5 ms). They prevent clicks.
    private static let fade = sampleRate / 200

    /// Mixes the corpus into the new folder `output`, completely or not at all.
    ///
    /// - Parameters:
    ///   - events: recordings of isolated events with labels.
    ///   - backgrounds: background recordings. Short ones are repeated.
    ///   - progress: receives the number of mixtures that are written so far. It is called from any thread, one call at
    ///     a time.
    public func render(
        events: AudioDataset, backgrounds: AudioDataset, to output: String,
        progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
    ) throws(CorpusError) -> Summary {
        guard !events.classes.isEmpty, events.isLabelled else {
            throw .unlabelledEvents(path: events.roots.first ?? "")
        }
        let plan = try SoundscapePlan(
            events: events.clips, classes: events.classes, backgrounds: backgrounds.clips, size: size, seed: seed,
            count: count, overlap: overlap, ratioDB: ratioDB)
        let folder = try CorpusFolder(output)
        let counts = Mutex<[CorpusPart: Int]>([:])
        let notes = Mutex(SoundscapeNotes())
        do {
            for part in CorpusPart.allCases {
                try folder.makeFolder("\(part.rawValue)/audio")
                try folder.makeFolder("\(part.rawValue)/annotation")
            }
            try Rendering.run(plan.soundscapes.count, progress: progress) { index throws(CorpusError) in
                let soundscape = plan.soundscapes[index]
                var own = SoundscapeNotes()
                let (samples, found) = try mix(soundscape, events, backgrounds, &own)
                let stem = folder.partial.path + "/\(soundscape.part.rawValue)"
                try CorpusAudio.write(
                    "\(stem)/audio/\(soundscape.name).wav", samples: samples, sampleRate: Self.sampleRate)
                try Self.write(found, to: "\(stem)/annotation/\(soundscape.name).txt")
                counts.withLock { $0[soundscape.part, default: 0] += found.count }
                notes.withLock { [own] in $0.add(own, mixture: index) }
                return 1
            }
            try folder.publish()
        } catch {
            folder.discard()
            throw error
        }
        let clips = Dictionary(grouping: plan.soundscapes, by: \.part).mapValues(\.count)
        return Summary(
            clips: clips, events: counts.withLock { $0 }, warnings: notes.withLock { $0.warnings(seconds: seconds) })
    }

    /// The samples of a mixture, and its events in the order of their onsets.
    private func mix(
        _ planned: PlannedSoundscape, _ events: AudioDataset, _ backgrounds: AudioDataset,
        _ notes: inout SoundscapeNotes
    ) throws(CorpusError) -> ([Float], [SoundEvent]) {
        let length = Int((seconds * Double(Self.sampleRate)).rounded())
        var mixture = try scene(backgrounds.clips[planned.background].path, planned.backgroundStart, length, &notes)
        var placed: [(range: Range<Int>, label: Int)] = []
        for event in planned.events {
            let clip = events.clips[event.clip]
            let label = clip.label ?? 0
            let sound = try isolated(clip.path, &notes)
            guard !sound.isEmpty, sound.count <= length,
                let start = Self.place(event, of: sound.count, in: length, label: label, among: placed)
            else {
                notes.leaveOut(clip.path, sound.isEmpty ? .silent : sound.count > length ? .tooLong : .noRoom)
                continue
            }
            let gain = Self.level * powf(10, event.ratioDB / 20) / max(Level.rms(sound), 1e-5)
            for i in sound.indices { mixture[start + i] += gain * sound[i] }
            placed.append((start..<start + sound.count, label))
        }
        let peak = mixture.reduce(Float(0)) { max($0, abs($1)) }
        if peak > 0.95 { mixture = mixture.map { $0 * 0.95 / peak } }
        let rate = Double(Self.sampleRate)
        let found = placed.map { range, label in
            SoundEvent(
                onset: Double(range.lowerBound) / rate, offset: Double(range.upperBound) / rate,
                label: events.classes[label])
        }
        return (mixture, found.inOrder())
    }

    /// `length` samples of a background, scaled to the RMS level of backgrounds. A background that is too short is
    /// repeated.
    private func scene(
        _ path: String, _ start: Float, _ length: Int, _ notes: inout SoundscapeNotes
    ) throws(CorpusError) -> [Float] {
        let whole = try CorpusAudio.source(path, sampleRate: Self.sampleRate) { notes.warn(path, $0) }
        guard !whole.isEmpty else { return [Float](repeating: 0, count: length) }
        let first = Int(start * Float(max(0, whole.count - length)))
        let part = (0..<length).map { whole[(first + $0) % whole.count] }
        let gain = Level.gain(rms: Level.rms(part), target: Self.level)
        return part.map { $0 * gain }
    }

    /// The sound of an isolated event without the quiet sections at both ends, and with faded ends.
    private func isolated(_ path: String, _ notes: inout SoundscapeNotes) throws(CorpusError) -> [Float] {
        let whole = try CorpusAudio.source(path, sampleRate: Self.sampleRate) { notes.warn(path, $0) }
        var sound = Array(whole[Self.sounding(whole)])
        for i in 0..<min(Self.fade, sound.count / 2) {
            let gain = Float(i + 1) / Float(Self.fade + 1)
            sound[i] *= gain
            sound[sound.count - 1 - i] *= gain
        }
        return sound
    }

    /// The range from the first to the last block of 10 ms whose level is at most 30 dB below that of the loudest
    /// block.
    static func sounding(_ samples: [Float]) -> Range<Int> {
        let block = sampleRate / 100
        let starts = Array(stride(from: 0, to: samples.count, by: block))
        let levels = starts.map { Level.rms(samples.span.extracting($0..<min($0 + block, samples.count))) }
        let threshold = (levels.max() ?? 0) * powf(10, -30 / 20)
        guard threshold > 0, let first = levels.firstIndex(where: { $0 >= threshold }),
            let last = levels.lastIndex(where: { $0 >= threshold })
        else { return 0..<0 }
        return starts[first]..<min(starts[last] + block, samples.count)
    }

    /// The first of the event's planned positions that is free, as a sample; nil if none of them is free.
    static func place(
        _ event: PlannedEvent, of count: Int, in length: Int, label: Int,
        among placed: [(range: Range<Int>, label: Int)]
    ) -> Int? {
        for place in event.places {
            let start = Int(place * Float(length - count))
            let range = max(0, start - gap)..<min(length, start + count + gap)
            let isFree = placed.allSatisfy { other in
                !other.range.overlaps(range) || event.mayOverlap && other.label != label
            }
            if isFree { return start }
        }
        return nil
    }

    private static func write(_ events: [SoundEvent], to path: String) throws(CorpusError) {
        do {
            try EventFile.write(events, to: path)
        } catch {
            throw .outputUnwritable(path, reason: error.description)
        }
    }
}
