import Foundation
import OssicleBase

/// A reader and writer of annotation files in the format of DCASE 2016 task 2. A file has the events of one recording,
/// one per line, without a header:
///
///     onset in seconds ⇥ offset in seconds ⇥ label
///
/// An empty file belongs to a recording without events.
public enum EventFile {
    /// Reads the events of a file, in the order of the file.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - labels: the labels that are allowed; nil allows all labels.
    /// - Throws: ``DataError/malformed(path:reason:)``. For a wrong line, the reason has its number.
    public static func read(_ path: String, labels: [String]? = nil) throws(DataError) -> [SoundEvent] {
        try readLines(path, labels: labels).map(\.event)
    }

    /// Reads the events of a file like ``read(_:labels:)``, each with the number of its line, from 1.
    static func readLines(
        _ path: String, labels: [String]? = nil
    ) throws(DataError) -> [(event: SoundEvent, line: Int)] {
        guard AudioFolder.exists(path) else { throw .malformed(path: path, reason: "there is no such annotation file") }
        let text = try AudioFolder.text(path)
        var events: [(event: SoundEvent, line: Int)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
        where !line.trimmed.isEmpty {
            do throws(LineError) {
                events.append((try event(line, labels: labels), index + 1))
            } catch {
                throw .malformed(path: path, reason: "line \(index + 1): \(error.reason)")
            }
        }
        return events
    }

    /// Writes events in the order of their onsets, with a precision of one microsecond. The file is written completely
    /// or not at all.
    /// - Throws: ``DataError/malformed(path:reason:)`` if a label is empty or has a tab or a line break, or if the file
    ///   cannot be written.
    public static func write(_ events: [SoundEvent], to path: String) throws(DataError) {
        var text = ""
        for event in events.inOrder() {
            guard !event.label.trimmed.isEmpty, !event.label.contains(where: { $0 == "\t" || $0.isNewline }) else {
                throw .malformed(
                    path: path, reason: "it cannot hold a label that is empty or has a tab or a line break")
            }
            text += String(format: "%.6f\t%.6f\t", event.onset, event.offset) + event.label + "\n"
        }
        if let reason = PartialFile(path).commit(Array(text.utf8)) {
            throw .malformed(path: path, reason: "it cannot be written (\(reason))")
        }
    }

    private struct LineError: Error {
        let reason: String
    }

    private static func event(_ line: Substring, labels: [String]?) throws(LineError) -> SoundEvent {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(\.trimmed)
        guard fields.count == 3 else {
            throw LineError(reason: "it must hold onset, offset and label with a tab between them, not “\(line)”")
        }
        let onset = try seconds(fields[0], "onset")
        let offset = try seconds(fields[1], "offset")
        guard onset <= offset else {
            throw LineError(reason: "the offset \(fields[1]) s is before the onset \(fields[0]) s")
        }
        guard !fields[2].isEmpty else { throw LineError(reason: "the label is missing") }
        if let labels, !labels.contains(fields[2]) {
            throw LineError(reason: "the label “\(fields[2])” is none of \(labels.joined(separator: ", "))")
        }
        return SoundEvent(onset: onset, offset: offset, label: fields[2])
    }

    /// The latest time that is accepted, in seconds. It is about three years.
    private static let longest = 1e8

    private static func seconds(_ text: String, _ name: String) throws(LineError) -> Double {
        guard let value = Double(text), value.isFinite else {
            throw LineError(reason: "the \(name) must be a number of seconds, not “\(text)”")
        }
        guard value >= 0 else {
            throw LineError(reason: "the \(name) \(text) s is before the beginning of the recording")
        }
        guard value <= longest else {
            throw LineError(reason: "the \(name) \(text) s is later than the end of any recording")
        }
        return value
    }
}
