import Foundation
import OssicleBase

/// The folder of a run, with the files `recipe.yaml`, `log.jsonl` and `report.json`. `Checkpoint` reads and writes the
/// checkpoint in it.
package struct RunFolder {
    let path: String

    init(_ path: String) { self.path = path }

    /// Creates the folder if there is none, and keeps other processes from writing to it while the lock exists. If the
    /// folder is empty at the end, it is removed: a run that cannot start leaves no folder.
    ///
    /// - Throws: ``TrainingError/inUse(path:process:)`` if another process has the lock.
    package static func lock(_ path: String) throws(TrainingError) -> FileLock {
        do throws(FileLock.Failure) {
            let lock = try FileLock(path + "/.lock")
            // Files of processes that were killed while they wrote.
            if lock.isEffective { PartialFile.removeAll(in: path) }
            return lock
        } catch {
            switch error {
            case .held(let process): throw .inUse(path: path, process: process)
            case .unwritable(let reason): throw .cannotWrite(path: path, reason: reason)
            }
        }
    }

    /// The warning about a lock without effect.
    package static func warning(about path: String) -> String {
        "the file system of \(path) has no locks: do not start a second run with this --output"
    }

    /// Checks that there is room for a checkpoint, beside an earlier one.
    /// - Throws: ``TrainingError/diskFull(path:needed:free:)``.
    func expectRoom(for bytes: Int) throws(TrainingError) {
        var status = statvfs()
        // If the system does not tell, writing will.
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return }
        let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard !free.overflow, free.partialValue < UInt64(max(0, bytes)) else { return }
        throw .diskFull(path: path, needed: bytes, free: Int(clamping: free.partialValue))
    }

    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: path + "/" + Checkpoint.fileName) }

    /// Removes the log entries of steps after `step`, which a stopped run logged after its last checkpoint. The resumed
    /// run repeats these steps and logs them again.
    /// - Parameters:
    ///   - evaluates: whether the resumed run begins with the evaluation of `step`, which then may be logged already.
    ///   - changesData: whether it goes on with other data, which then may be logged already.
    func trimLog(toStep step: Int, evaluates: Bool = false, changesData: Bool = false) throws(TrainingError) {
        guard let text = try? String(contentsOfFile: logPath, encoding: .utf8) else { return }
        let kept = text.split(separator: "\n").filter { line in
            guard let entry = try? JSONDecoder.run.decode(LogStep.self, from: Data(line.utf8)) else { return false }
            let isRepeated = evaluates && entry.probeAccuracy != nil || changesData && entry.dataChange != nil
            return entry.step < step || entry.step == step && !isRepeated
        }
        try write(kept.map { $0 + "\n" }.joined(), to: "log.jsonl")
    }

    func openLog() throws(TrainingError) -> RunLog { try RunLog(path: logPath) }

    func writeReport(_ report: some Encodable) throws(TrainingError) {
        let data: Data
        do {
            data = try JSONEncoder.run.encode(report)
        } catch {
            throw TrainingError.cannotWrite(path: path + "/report.json", reason: "\(error)")
        }
        try write(String(decoding: data, as: UTF8.self) + "\n", to: "report.json")
    }

    func write(_ text: String, to name: String) throws(TrainingError) {
        if let reason = PartialFile(path + "/" + name).commit(Array(text.utf8)) {
            throw TrainingError.cannotWrite(path: path + "/" + name, reason: reason)
        }
    }

    private struct LogStep: Decodable {
        let step: Int
        let probeAccuracy: Double?
        let dataChange: String?
    }
    private var logPath: String { path + "/log.jsonl" }
}

/// The open log of a run, `log.jsonl`. Every entry is written immediately, so that the log of a killed run is complete.
final class RunLog {
    private let path: String
    private let file: Int32

    init(path: String) throws(TrainingError) {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure(errno) }
    }

    deinit { if file >= 0 { close(file) } }

    /// Writes one entry as one line. If the disk is full, the part of the line that was written is removed.
    func append(_ entry: some Encodable) throws(TrainingError) {
        let line: Data
        do {
            line = try JSONEncoder.run.encode(entry) + Data("\n".utf8)
        } catch {
            throw TrainingError.cannotWrite(path: path, reason: "\(error)")
        }
        let start = lseek(file, 0, SEEK_END)
        guard let number = line.withUnsafeBytes({ OpenFile.write($0, to: file).failure }) else { return }
        if start >= 0 { _ = ftruncate(file, start) }
        throw failure(number)
    }

    private func failure(_ number: Int32) -> TrainingError {
        .cannotWrite(path: path, reason: String(cString: strerror(number)))
    }
}

extension JSONDecoder {
    /// The decoder of what ``JSONEncoder/run`` writes.
    package static var run: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}

extension JSONEncoder {
    /// The encoder for the files of a run: keys in snake case, sorted keys, one object per line. Values that are not
    /// finite are written as the strings `inf`, `-inf` and `nan`.
    package static var run: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }
}
