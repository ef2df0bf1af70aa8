import Foundation
import OssicleBase

/// The folder of a run, with the files `recipe.yaml`, `log.jsonl` and `report.json`. `Checkpoint` reads and writes the
/// checkpoint in it.
struct RunFolder {
    let path: String

    init(_ path: String) { self.path = path }

    /// Creates the folder if there is none. Call this after all other checks, so that a run that cannot start does not
    /// leave a folder.
    func create() throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.cannotWrite(path: path, reason: error.localizedDescription)
        }
    }

    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: path + "/" + Checkpoint.fileName) }

    /// Removes the log entries of steps after `step`, which a stopped run logged after its last checkpoint. The resumed
    /// run repeats these steps and logs them again.
    func trimLog(toStep step: Int) throws(TrainingError) {
        guard let text = try? String(contentsOfFile: logPath, encoding: .utf8) else { return }
        let kept = text.split(separator: "\n").filter { line in
            guard let entry = try? JSONDecoder().decode(LogStep.self, from: Data(line.utf8)) else { return false }
            return entry.step <= step
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

    private struct LogStep: Decodable { let step: Int }
    private var logPath: String { path + "/log.jsonl" }
}

/// The open log of a run, `log.jsonl`. Every entry is written immediately, so that the log of a killed run is complete.
struct RunLog {
    private let path: String
    private let handle: FileHandle

    init(path: String) throws(TrainingError) {
        self.path = path
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: path), (try? handle.seekToEnd()) != nil else {
            throw TrainingError.cannotWrite(path: path, reason: "the file cannot be opened")
        }
        self.handle = handle
    }

    /// Writes one entry as one line.
    func append(_ entry: some Encodable) throws(TrainingError) {
        do {
            try handle.write(contentsOf: try JSONEncoder.run.encode(entry) + Data("\n".utf8))
        } catch {
            throw TrainingError.cannotWrite(path: path, reason: error.localizedDescription)
        }
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
