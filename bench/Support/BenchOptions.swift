import ArgumentParser
import Orchestrator

/// What every bench takes.
struct BenchOptions: ParsableArguments {
    @Option(help: "Compute threads; all cores by default.") var threads = Machine.cores
    @Option(help: "Only the cases whose name this regular expression finds.") var filter: String?
    @Option(help: "Seconds of measuring for each case.") var seconds = 0.3
    @Flag(help: "Print one JSON object on standard output.") var json = false

    func validate() throws {
        guard threads >= 1 else { throw ValidationError("--threads takes 1 or more") }
        guard seconds > 0 else { throw ValidationError("--seconds takes a positive number") }
    }

    /// Whether a case of that name is wanted.
    func pattern() throws -> (String) -> Bool {
        guard let filter else { return { _ in true } }
        guard let regex = try? Regex(filter) else {
            throw ValidationError("--filter “\(filter)” is not a regular expression")
        }
        return { $0.contains(regex) }
    }
}
