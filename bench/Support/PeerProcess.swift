import ArgumentParser
import Foundation

/// A program that measures in a process of its own; the last line of its output is a JSON object.
struct PeerProcess {
    var executable: String
    var arguments: [String]
    var environment: [String: String] = [:]

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    func run<Figure: Decodable>(_ type: Figure.Type = Figure.self) throws -> Figure {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw Failure(description: "cannot start \(executable); name a Python that has the peer by --python")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard process.terminationStatus == 0,
            let figure = try? decoder.decode(Figure.self, from: Data((text.split(separator: "\n").last ?? "").utf8))
        else {
            let call = ([executable] + arguments).joined(separator: " ")
            throw Failure(description: "no figure came from “\(call)” (exit code \(process.terminationStatus))")
        }
        return figure
    }

    /// A script under bench/peers. PyTorch runs as well as it can: under tcmalloc, where the system has it, because glibc
    /// gives large blocks back to the kernel every step; and restricted to AVX2 where ours is.
    static func script(_ name: String, python: PythonOptions, arguments: [String]) throws -> PeerProcess {
        var environment: [String: String] = [:]
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
        if python.allocator == .tcmalloc,
            let library = folders.map({ "\($0)/libtcmalloc_minimal.so.4" })
                .first(where: FileManager.default.fileExists(atPath:))
        {
            environment["LD_PRELOAD"] = library
        }
        if MachineLine(threads: 1).isa == "avx2" {
            environment["ATEN_CPU_CAPABILITY"] = "avx2"
            environment["ONEDNN_MAX_CPU_ISA"] = "AVX2"
        }
        return PeerProcess(
            executable: try python.executable(), arguments: ["bench/peers/\(name).py"] + arguments,
            environment: environment)
    }
}

/// Where a peer written in Python is found, and how often it takes its turn.
struct PythonOptions: ParsableArguments {
    enum Allocator: String, CaseIterable, ExpressibleByArgument {
        case tcmalloc, system
    }

    @Option(help: "Python that has the peer's packages.") var python = "python3"
    @Option(help: "The allocator that a peer in Python runs with.") var allocator = Allocator.tcmalloc
    @Option(help: "Measurements of each, in turn.") var rounds = 3

    func validate() throws {
        guard rounds >= 1 else { throw ValidationError("--rounds takes 1 or more") }
    }

    /// A program's path; searched in PATH when it has no slash.
    func executable() throws -> String {
        if python.contains("/") { return python }
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        guard let found = folders.map({ "\($0)/\(python)" }).first(where: FileManager.default.isExecutableFile(atPath:))
        else { throw PeerProcess.Failure(description: "there is no “\(python)” in PATH; name a Python by --python") }
        return found
    }
}

extension Sequence<Double> {
    /// Of an even number the mean of the middle two; 0 of none.
    var median: Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
