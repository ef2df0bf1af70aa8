import ArgumentParser
import Foundation
import Orchestrator

/// Measures pitch shifting on one thread, as a loader thread runs it, compared with Rubber Band and librosa: the time,
/// and the log-mel distance to Rubber Band's finer engine.
struct VocoderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocoder", abstract: "Compare pitch shifting with Rubber Band and librosa on one thread.",
        discussion: """
            Times are medians over the rounds of the median of each round. In each round, all programs process the \
            same 0.96 s at 16 kHz, one after the other. With --data the command also reports the log-mel distance to \
            Rubber Band's finer engine for each folder.
            """)

    @Option(help: "A Python that has librosa. Without this option, librosa is not measured.") var python: String?
    @Option(help: "Number of rounds. In each round, all programs are measured once.") var rounds = 5
    @Option(help: "A folder of recordings for the distance. The option can be repeated.") var data: [String] = []
    @Option(help: "Number of files per folder, evenly spaced by name.") var files = 12
    @Option(help: "Seconds that are used of each file.") var length = 3.0
    @OptionGroup var options: BenchOptions

    static let ratios = [0.8, 0.9, 1.1, 1.2]

    private struct Report: Encodable {
        var machine: MachineLine
        var librosa: String?
        var times: [VocoderTimes.Line]
        var distances: [VocoderDistances.Line]
    }

    func validate() throws {
        guard rounds >= 1 else { throw ValidationError("--rounds must be 1 or more") }
        guard files >= 1 else { throw ValidationError("--files must be 1 or more") }
        guard length >= 0.1 else { throw ValidationError("--length must be 0.1 seconds or more") }
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ossicle-vocoder-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let librosa = python.map { LibrosaPeer(python: $0, folder: folder.path) }
        let machine = MachineLine(threads: 1)
        if !options.json { print(machine) }

        let times = VocoderTimes(rounds: rounds, seconds: options.seconds, librosa: librosa)
        let (lines, peer) = try times.measure()
        if !options.json { VocoderTimes.print(lines, peer: peer) }
        let distances = try VocoderDistances(files: files, seconds: length, librosa: librosa)
        var distanceLines: [VocoderDistances.Line] = []
        for path in data {
            let line = try distances.measure(folder: path)
            if !options.json { line.print() }
            distanceLines += [line]
        }
        if options.json {
            try Output.json(Report(machine: machine, librosa: peer, times: lines, distances: distanceLines))
        }
    }
}

/// librosa in a separate process. Audio is passed as files of raw floats.
struct LibrosaPeer {
    var python: String
    var folder: String

    struct Figures: Decodable {
        var name: String
        var seconds: [String: Double]
    }

    private func call(_ arguments: [String]) throws -> Figures {
        let ratios = VocoderCommand.ratios.map { "\($0)" }.joined(separator: ",")
        return try PeerProcess(
            executable: python, arguments: ["bench/peers/librosa_pitch.py", "--ratios", ratios] + arguments
        ).run()
    }

    private func write(_ sound: [Float], _ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try sound.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The median time in seconds for each ratio.
    func times(_ sound: [Float], seconds: Double) throws -> Figures {
        try call(["--seconds", "\(seconds)", "time", write(sound, "sound")])
    }

    /// All sounds shifted by all ratios, as [ratio][sound].
    func shifted(_ sounds: [[Float]]) throws -> [[[Float]]] {
        let paths = try sounds.enumerated().map { try write($1, "\($0)") }
        _ = try call(["shift"] + paths)
        return try VocoderCommand.ratios.map { ratio in
            try paths.map { path in
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(path).\(ratio)"))
                return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            }
        }
    }
}
