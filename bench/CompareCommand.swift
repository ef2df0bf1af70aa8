import ArgumentParser
import Foundation

/// Compares two results of one benchmark.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare two --json results of the same benchmark.",
        discussion: """
            Prints the ratio of the medians, new ÷ old: times for kernels and features (below 1 is faster), and views \
            per second for steps and pipelines (above 1 is faster). Exits with 1 if a result is slower than \
            --tolerance allows.
            """)

    @Argument(help: "The older result.") var old: String
    @Argument(help: "The newer result.") var new: String
    @Option(help: "Allowed slowdown, as a fraction.") var tolerance = 0.1

    /// The fields that the results of all benchmarks share.
    private struct Result: Decodable {
        struct Kernel: Decodable {
            struct Timing: Decodable { var median: Double }
            var name: String
            var timing: Timing
        }
        struct Machine: Decodable {
            var cpu: String
            var isa: String
            var threads: Int
        }
        var machine: Machine
        var kernels: [Kernel]?
        var features: [Kernel]?
        var viewsPerSecond: Double?
        var timings: [Kernel] { (kernels ?? []) + (features ?? []) }
    }

    func validate() throws {
        guard tolerance >= 0 else { throw ValidationError("--tolerance must be 0 or more") }
    }

    func run() throws {
        let (before, after) = (try read(old), try read(new))
        if (before.machine.cpu, before.machine.isa, before.machine.threads)
            != (after.machine.cpu, after.machine.isa, after.machine.threads)
        {
            FileHandle.standardError.write(
                Data("warning: the results are from different machines or numbers of threads\n".utf8))
        }
        var worse = 0
        Output.row("", ["old", "new", "ratio"])
        func line(_ name: String, _ old: Double, _ new: Double, digits: Int, isTime: Bool) {
            let slower = isTime ? new / old : old / new
            if slower > 1 + tolerance { worse += 1 }
            Output.row(
                name,
                [
                    Output.number(old, digits: digits), Output.number(new, digits: digits),
                    Output.number(new / old, digits: 2), slower > 1 + tolerance ? "  slower" : "",
                ])
        }
        let times = Dictionary(
            before.timings.map { ($0.name, $0.timing.median) }, uniquingKeysWith: { first, _ in first })
        tellUnpaired(Set(times.keys), Set(after.timings.map(\.name)))
        for kernel in after.timings {
            guard let old = times[kernel.name] else { continue }
            line(kernel.name + ", ms", 1e3 * old, 1e3 * kernel.timing.median, digits: 3, isTime: true)
        }
        if let old = before.viewsPerSecond, let new = after.viewsPerSecond {
            line("views/s", old, new, digits: 1, isTime: false)
        }
        if worse > 0 { throw ExitCode(1) }
    }

    /// Names the cases that only one of the results has. They are not compared.
    private func tellUnpaired(_ before: Set<String>, _ after: Set<String>) {
        for (path, names) in [(old, before.subtracting(after)), (new, after.subtracting(before))] {
            guard let first = names.min() else { continue }
            let cases = names.count == 1 ? "the case \(first) is" : "\(names.count) cases, such as \(first), are"
            FileHandle.standardError.write(Data("warning: \(cases) only in \(path) and not compared\n".utf8))
        }
    }

    private func read(_ path: String) throws -> Result {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PeerProcess.Failure(description: "cannot read \(path)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let result = try? decoder.decode(Result.self, from: data) else {
            throw PeerProcess.Failure(description: "\(path) is not a result of a benchmark; write one with --json")
        }
        return result
    }
}
