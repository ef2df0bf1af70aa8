import ArgumentParser
import Foundation

/// A program that measures in a separate process. The last line of its output is a JSON object.
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
            throw Failure(
                description: "cannot start \(executable); give a Python that has the peer's packages with --python")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard process.terminationStatus == 0,
            let figure = try? decoder.decode(Figure.self, from: Data((text.split(separator: "\n").last ?? "").utf8))
        else {
            let call = ([executable] + arguments).joined(separator: " ")
            throw Failure(description: "“\(call)” returned no result (exit code \(process.terminationStatus))")
        }
        return figure
    }

    /// A script in bench/peers. PyTorch runs with tcmalloc if the system has it, because glibc returns large blocks of
    /// memory to the operating system in every step. It is restricted to AVX2 if our program is.
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

/// The options of peers that are written in Python.
struct PythonOptions: ParsableArguments {
    enum Allocator: String, CaseIterable, ExpressibleByArgument {
        case tcmalloc, system
    }

    @Option(help: "A Python that has the peer's packages.") var python = "python3"
    @Option(help: "Memory allocator of a peer in Python.") var allocator = Allocator.tcmalloc
    @Option(help: "Number of rounds. In each round, the peer and our program are measured once.") var rounds = 3

    func validate() throws {
        guard rounds >= 1 else { throw ValidationError("--rounds must be 1 or more") }
    }

    /// The path of the Python program. A name without a slash is searched in PATH.
    func executable() throws -> String {
        if python.contains("/") { return python }
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        guard let found = folders.map({ "\($0)/\(python)" }).first(where: FileManager.default.isExecutableFile(atPath:))
        else { throw PeerProcess.Failure(description: "there is no “\(python)” in PATH; give a Python with --python") }
        return found
    }
}

extension Sequence<Double> {
    /// The median: the mean of the two middle values if the count is even, and 0 if the collection is empty.
    var median: Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
