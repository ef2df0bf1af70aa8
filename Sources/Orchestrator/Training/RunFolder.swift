import Foundation

/// The files of a run besides its checkpoint: `recipe.yaml`, `log.jsonl`, `report.json`.
struct RunFolder {
    let path: String

    init(_ path: String) throws(TrainingError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.cannotWrite(path: path, reason: error.localizedDescription)
        }
    }

    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: path + "/" + Checkpoint.fileName) }

    /// Drops what a stopped run logged after its last checkpoint, so that every step stands there once.
    func trimLog(toStep step: Int) throws(TrainingError) {
        guard let text = try? String(contentsOfFile: logPath, encoding: .utf8) else { return }
        let kept = text.split(separator: "\n").filter { line in
            guard let entry = try? JSONDecoder().decode(LogStep.self, from: Data(line.utf8)) else { return false }
            return entry.step <= step
        }
        try write(kept.map { $0 + "\n" }.joined(), to: "log.jsonl")
    }

    func appendToLog(_ entry: some Encodable) throws(TrainingError) {
        guard let handle = FileHandle(forWritingAtPath: logPath) ?? created() else {
            throw TrainingError.cannotWrite(path: logPath, reason: "the file cannot be opened")
        }
        do {
            try handle.seekToEnd()
            try handle.write(contentsOf: try JSONEncoder.run.encode(entry) + Data("\n".utf8))
            try handle.close()
        } catch {
            throw TrainingError.cannotWrite(path: logPath, reason: error.localizedDescription)
        }
    }

    func writeReport(_ report: some Encodable) throws(TrainingError) {
        guard let data = try? JSONEncoder.run.encode(report) else { return }
        try write(String(decoding: data, as: UTF8.self) + "\n", to: "report.json")
    }

    func write(_ text: String, to name: String) throws(TrainingError) {
        do {
            try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        } catch {
            throw TrainingError.cannotWrite(path: path + "/" + name, reason: error.localizedDescription)
        }
    }

    private struct LogStep: Decodable { let step: Int }
    private var logPath: String { path + "/log.jsonl" }
    private func created() -> FileHandle? {
        _ = FileManager.default.createFile(atPath: logPath, contents: nil)
        return FileHandle(forWritingAtPath: logPath)
    }
}

extension JSONEncoder {
    /// Snake case and sorted keys, one object a line.
    public static var run: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }
}
