import Foundation

/// One trial: a folder with mutated input, the runs of the program on it, and their verdicts.
final class Trial {
    let kind: String
    let seed: UInt64
    let number: Int
    /// The folder of the trial, in which the program runs. All files of the trial are in it.
    let folder: String
    var dice: Dice
    let program: Program
    /// The number of mutated inputs.
    var mutants = 1
    private(set) var isRefused = false
    private(set) var slowest = 0.0
    private(set) var largest = 0
    /// The commands so far, as a shell runs them.
    private(set) var commands: [String] = []

    init(kind: String, seed: UInt64, number: Int, folder: String, program: Program) throws {
        (self.kind, self.seed, self.number, self.folder, self.program) = (kind, seed, number, folder, program)
        dice = Dice(kind: kind, seed: seed, number: number)
        try makeFolder("")
    }

    /// A fault of the program.
    struct Fault: Error {
        let reason: String
    }

    func fault(_ reason: String) -> Fault { Fault(reason: reason) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    /// Writes a file, and the folders above it.
    func write(_ bytes: [UInt8], to name: String) throws {
        if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
        try Data(bytes).write(to: URL(filePath: path(name)))
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Runs the program and judges the run.
    /// - Parameter prefix: words before the program, for example a shell that sets a limit.
    /// - Throws: ``Fault``.
    @discardableResult
    func run(
        prefix: [String] = [], _ arguments: [String], _ promise: Promise, stopWhen: () -> Bool = { false },
        after: Double = 0,
        meanwhile: () -> Void = {}
    ) throws -> Answer {
        let existing = Set(promise.outputs.filter(exists))
        let answer = try runUnjudged(
            prefix: prefix, arguments, stopWhen: stopWhen, after: after, meanwhile: meanwhile)
        let verdict = Verdict(answer, promise) { message in
            let new = promise.outputs.filter { !existing.contains($0) && exists($0) }
            // A run that fails at a step has started, and keeps its folder with the log.
            let hasStarted = message?.contains("at step") ?? false
            return (message == nil || hasStarted ? [] : new) + partialFiles()
        }
        switch verdict {
        case .accepted: break
        case .refused: isRefused = true
        case .fault(let reason): throw Fault(reason: reason)
        }
        return answer
    }

    /// Runs the program without a verdict.
    func runUnjudged(
        prefix: [String] = [], _ arguments: [String], killAfter: Double? = nil, stopWhen: () -> Bool = { false },
        after: Double = 0,
        meanwhile: () -> Void = {}
    ) throws -> Answer {
        let words = prefix + [program.path] + arguments
        commands.append(words.map(Self.quoted).joined(separator: " "))
        let answer = try program.run(
            words, in: folder, killAfter: killAfter, stopWhen: stopWhen, after: after, meanwhile: meanwhile)
        slowest = max(slowest, answer.seconds)
        largest = max(largest, answer.peakBytes)
        return answer
    }

    /// The unfinished files below a folder of the trial.
    func partialFiles(in name: String = "") -> [String] {
        let all = FileManager.default.enumerator(atPath: path(name))?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".partial") || $0.contains(".sb-") }
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=+:".contains($0)) }
        return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
