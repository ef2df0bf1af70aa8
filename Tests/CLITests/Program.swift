import Foundation
import Testing

/// The exit code, standard output and standard error of one run of the program.
struct Answer {
    let code: Int32
    let output: String
    let complaint: String
}

/// Runs the `ossicle` program, which the build puts into the same folder as the test bundle that runs this process.
func ossicle(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
    try ossicle(arguments, environment: environment)
}

func ossicle(_ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
    let process = Process()
    process.executableURL = Bundle.main.bundleURL.appending(path: "ossicle")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    // Standard error goes to a file: of two pipes, the one that is read last can fill up, and the program would wait.
    let complaint = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString).txt")
    try Data().write(to: complaint)
    defer { try? FileManager.default.removeItem(at: complaint) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: complaint)
    try process.run()
    let written = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let complained = try Data(contentsOf: complaint)
    return Answer(
        code: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
        complaint: String(decoding: complained, as: UTF8.self))
}

/// A run of the program that goes on while the test does something else.
final class RunningProgram {
    private let process = Process()
    private let complaint = Pipe()

    init(_ arguments: [String]) throws {
        process.executableURL = Bundle.main.bundleURL.appending(path: "ossicle")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = complaint
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    /// Waits until a condition holds, at most two minutes and only while the program runs.
    func wait(until holds: () -> Bool) -> Bool {
        for _ in 0..<2_400 where process.isRunning {
            if holds() { return true }
            usleep(50_000)
        }
        return holds()
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end of the program.
    func end() -> (code: Int32, bySignal: Bool, complaint: String) {
        let complained = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, process.terminationReason == .uncaughtSignal,
            String(decoding: complained, as: UTF8.self)
        )
    }
}

/// Returns the JSON object on standard output, and expects exit code 0.
func object(_ answer: Answer) throws -> [String: Any] {
    #expect(answer.code == 0, "\(answer.complaint)")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
}

/// A temporary folder that `deinit` removes.
final class Scratch {
    let path = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
