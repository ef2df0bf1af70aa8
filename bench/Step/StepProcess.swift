import Foundation

/// A program that measures training steps in a process of its own and prints a ``StepFigure``.
struct StepProcess {
    var executable: String
    var arguments: [String]
    var environment: [String: String] = [:]

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    func run() throws -> StepFigure {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw Failure(description: "cannot start \(executable); name a Python that has PyTorch by --python")
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let figure = try? StepFigure(json: String(decoding: data, as: UTF8.self))
        else {
            let call = ([executable] + arguments).joined(separator: " ")
            throw Failure(description: "no figure came from “\(call)” (exit code \(process.terminationStatus))")
        }
        return figure
    }

    /// PyTorch as well as it runs: under tcmalloc, where the system has it, because glibc gives large blocks back to the
    /// kernel every step.
    static func torch(python: String, script: String, mode: String, views: Int, threads: Int, steps: Int) -> StepProcess
    {
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
        let allocator = folders.map { "\($0)/libtcmalloc_minimal.so.4" }
            .first(where: FileManager.default.fileExists(atPath:))
        let arguments = [
            script, "--views", "\(views)", "--mode", mode, "--threads", "\(threads)", "--steps", "\(steps)",
        ]
        return StepProcess(
            executable: python, arguments: arguments, environment: allocator.map { ["LD_PRELOAD": $0] } ?? [:])
    }
}
