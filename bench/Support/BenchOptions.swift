import ArgumentParser
import Orchestrator

/// The options that all benchmarks share.
struct BenchOptions: ParsableArguments {
    @Option(help: "Number of compute threads. Default: all cores.") var threads = Machine.cores
    @Option(help: "Measure only the cases whose name matches this regular expression.") var filter: String?
    @Option(help: "Measuring time per case in seconds.") var seconds = 0.3
    @Flag(help: "Print one JSON object on standard output.") var json = false

    func validate() throws {
        guard threads >= 1 else { throw ValidationError("--threads must be 1 or more") }
        guard seconds > 0 else { throw ValidationError("--seconds must be above 0") }
    }

    /// A predicate that is true for the names of the selected cases.
    func pattern() throws -> (String) -> Bool {
        guard let filter else { return { _ in true } }
        guard let regex = try? Regex(filter) else {
            throw ValidationError("--filter “\(filter)” is not a regular expression")
        }
        return { $0.contains(regex) }
    }
}
