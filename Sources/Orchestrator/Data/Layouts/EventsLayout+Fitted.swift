import Foundation
import OssicleAudio
import OssicleBase

extension EventsLayout {
    /// The time by which an event may exceed its recording because times were rounded, in seconds.
    static let roundingSeconds = 0.1

    /// The same recordings, with events that lie within them and that all scores count in the same way.
    ///
    /// - An event that ends after its recording is cut off at the end.
    /// - An event without a duration is left out: it has no frame to learn from, and PSDS ignores it.
    /// - An event that is annotated twice, with the same times and the same label, is kept once.
    /// - An event in the missing part of a file that is cut off is left out.
    ///
    /// ``warnings`` has the number of each of these, except of events that were cut by at most 0.1 s. Events of one label
    /// may overlap: each of them has an onset, and segments and PSDS use their union.
    ///
    /// - Throws: ``DataError/malformed(path:reason:)`` if an event begins after the end of its recording, or if times are
    ///   not in seconds. ``AudioError`` if a recording cannot be read or has no samples.
    public func fitted() throws -> EventsLayout {
        var findings = Findings()
        var fitted: [EventRecording] = []
        for (recording, header) in zip(recordings, AudioHeaders.read(recordings.map(\.path))) {
            let length = try Self.length(recording.path, try header.get().info)
            let isCutOff = try recording.exceeds(length.seconds) && Self.measure(recording.path).shortfall != nil
            fitted.append(try Self.fit(recording, to: length, isCutOff: isCutOff, &findings))
        }
        return EventsLayout(
            root: root, recordings: fitted, labels: allowed, warnings: warnings + findings.sentences)
    }

    /// The length of a recording.
    private struct Length {
        let seconds: Double
        let sampleRate: Int
    }

    /// The length that the header states. If it is an estimate, the file is decoded.
    private static func length(_ path: String, _ info: AudioInfo) throws(AudioError) -> Length {
        guard info.length == .estimated else { return Length(seconds: info.seconds, sampleRate: info.sampleRate) }
        let count = try measure(path, sampleRate: info.sampleRate).count
        return Length(seconds: Double(count) / Double(info.sampleRate), sampleRate: info.sampleRate)
    }

    private static func measure(
        _ path: String, sampleRate: Int = 16_000
    ) throws(AudioError) -> ClipDecoder.Measured {
        try ClipDecoder(sampleRate: sampleRate, level: 0).measure(path, collecting: 0)
    }

    private static func fit(
        _ recording: EventRecording, to length: Length, isCutOff: Bool, _ findings: inout Findings
    ) throws(DataError) -> EventRecording {
        let end = length.seconds
        func malformed(_ line: Int, _ reason: String) -> DataError {
            .malformed(path: recording.annotation, reason: "line \(line): \(reason)")
        }
        if !isCutOff, let (place, unit) = unit(of: recording.events, in: length) {
            throw malformed(
                recording.lines[place],
                "the event ends at \(text(recording.events[place].offset)) s, but \(recording.path) has "
                    + "\(text(end)) s; the times look like \(unit), so write them in seconds")
        }
        var (events, lines): ([SoundEvent], [Int]) = ([], [])
        for (event, line) in zip(recording.events, recording.lines) {
            let place = "\(recording.annotation), line \(line)"
            findings.events += 1
            guard event.onset <= end + roundingSeconds else {
                if isCutOff {
                    findings.lost.add(place)
                    continue
                }
                throw malformed(
                    line,
                    "the event begins at \(text(event.onset)) s, but \(recording.path) ends at \(text(end)) s; correct "
                        + "the times, or remove the line")
            }
            if event.offset > end + roundingSeconds {
                findings.cut.add("\(place), ends at \(text(event.offset)) s, and the recording at \(text(end)) s")
            }
            let kept = SoundEvent(onset: min(event.onset, end), offset: min(event.offset, end), label: event.label)
            if kept.seconds <= 0 {
                findings.empty.add(place)
            } else if events.contains(kept) {
                findings.repeated.add(place)
            } else {
                events.append(kept)
                lines.append(line)
            }
        }
        return recording.with(events, lines: lines)
    }

    /// The unit that the times of an annotation have if they are not in seconds, and the index of the first event that
    /// shows it; nil if there is no sign of another unit.
    ///
    /// The signs are: most events end after ten times the length of the recording, the last one after fifty times the
    /// length, and in the other unit all events lie within the recording.
    private static func unit(of events: [SoundEvent], in length: Length) -> (place: Int, unit: String)? {
        let far = events.indices.filter { events[$0].offset > 10 * length.seconds }
        guard let first = far.first, 2 * far.count > events.count, let last = events.map(\.offset).max(),
            last > 50 * length.seconds
        else { return nil }
        let end = length.seconds + roundingSeconds
        if last / 1000 <= end { return (first, "milliseconds") }
        if last / Double(length.sampleRate) <= end { return (first, "sample numbers") }
        return nil
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.9g", seconds) }

    /// The events that were changed or left out.
    private struct Findings {
        /// The number of all events.
        var events = 0
        var lost = Finding()
        var cut = Finding()
        var empty = Finding()
        var repeated = Finding()

        /// A number of events, and the place of the first one.
        struct Finding {
            var count = 0
            var first = ""

            mutating func add(_ place: @autoclosure () -> String) {
                if count == 0 { first = place() }
                count += 1
            }
        }

        var sentences: [String] {
            [
                (lost, "were in the missing part of a recording that is cut off and were left out"),
                (cut, "ended after their recording and were cut off at its end"),
                (empty, "had no duration and were left out"),
                (repeated, "repeated another line of their annotation and were left out"),
            ].filter { $0.0.count > 0 }.map { finding, what in
                countedSentence(finding.count, of: events, "events \(what)", first: finding.first)
            }
        }
    }
}

extension EventRecording {
    /// Whether an event ends after `seconds`, by more than the rounding of times.
    func exceeds(_ seconds: Double) -> Bool {
        events.contains { $0.offset > seconds + EventsLayout.roundingSeconds }
    }

    /// The recording with the part of its events that lies in the first `seconds`, for a file that is cut off.
    package func cutOff(at seconds: Double) -> EventRecording {
        let kept = events.indices.filter { events[$0].onset < seconds }
        return with(
            kept.map { index in
                let event = events[index]
                return SoundEvent(onset: event.onset, offset: min(event.offset, seconds), label: event.label)
            }, lines: kept.map { lines[$0] })
    }
}
