import ArgumentParser
import Foundation

/// Runs the program on hostile input, and collects every fault as a case that can be repeated.
@main struct Torture: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture", abstract: "Run ossicle on mutated input, and save every fault as a case.",
        discussion: """
            KIND is all, or one of \(attacks.map { $0.name }.joined(separator: ", ")). A trial depends only on the kind, \
            the seed and its number. A fault is death by a signal, a run over the time or memory limit, an error \
            without exactly one clear sentence that names the file or the key, NaN in the result, or an unfinished file. \
            The folder of --output gets one folder per fault, and summary.json. The exit code is 1 if there was a fault.
            The kind seeds writes correct inputs to the folder of --output, from which fuzzing starts.
            """)

    @Argument(help: ArgumentHelp("What to try.", valueName: "kind"))
    var kind: String

    @Option(help: "The program under test.")
    var program: String

    @Option(help: "The folder for cases and for summary.json.")
    var output: String

    @Option(help: "The largest number of trials of each kind.")
    var trials = 10_000

    @Option(help: "The time for all kinds together, in minutes.")
    var minutes = Double.infinity

    @Option(help: "The random seed.")
    var seed: UInt64 = 0

    @Option(help: "Run only the trial with this number.")
    var only: Int?

    @Option(help: "Number of trials that run in parallel.")
    var jobs = 1

    @Option(help: "Factor for the time limit of 10 s per run, for slow machines and sanitizers.")
    var patience = 1.0

    @Option(help: "Memory limit of a run in MiB.")
    var memory = 1024

    func validate() throws {
        guard ["all", "seeds"].contains(kind) || attacks.contains(where: { $0.name == kind }) else {
            throw ValidationError("there is no kind “\(kind)”")
        }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ValidationError("there is no program \(program)")
        }
        guard trials > 0, minutes > 0, jobs > 0, patience > 0, memory > 0 else {
            throw ValidationError("--trials, --minutes, --jobs, --patience and --memory must be above 0")
        }
    }

    func run() throws {
        // A crash is reported by its signal. Backtraces and core files would take seconds.
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
        let tested = Program(
            path: URL(filePath: program).standardizedFileURL.path, seconds: 10 * patience, bytes: memory << 20)
        let output = URL(filePath: output).standardizedFileURL.path
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        let work = FileManager.default.temporaryDirectory.appending(path: "torture-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: work) }
        let base = try BaseInputs(program: tested, folder: work + "/base")
        if kind == "seeds" {
            try Seeds(base).write(to: output)
            return
        }
        let chosen = attacks.filter { kind == "all" || $0.name == kind }
        var summaries: [Summary] = []
        for attack in chosen {
            let campaign = Campaign(
                attack: try attack.init(base), seed: seed, program: tested, output: output, work: work)
            let summary = try campaign.run(
                first: only ?? 0, trials: only == nil ? trials : 1, seconds: 60 * minutes / Double(chosen.count),
                jobs: jobs)
            FileHandle.standardOutput.write(Data((summary.line + "\n").utf8))
            summaries.append(summary)
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(summaries).write(to: URL(filePath: output + "/summary.json"))
        if summaries.contains(where: { $0.faults > 0 }) { throw ExitCode(1) }
    }
}
