import ArgumentParser
import CKernels

/// Measures every kernel of a model's training step separately, and compares it with the machine's roof.
struct KernelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels", abstract: "Measure single kernels and compare them with the roof of this machine.")

    @Option(help: "The file with the shapes.") var shapes = "bench/Shapes/efficientnet-b0.txt"
    @Option(help: "Number of views per step.") var views = 128
    @Option(help: "Also draw the roofline plot in this SVG file.") var picture: String?
    @Option(help: "Also measure a peer's kernels, alternately: onednn (through PyTorch) or openblas.")
    var against: KernelPeer?
    @OptionGroup var python: PythonOptions
    @OptionGroup var options: BenchOptions

    private struct Report: Encodable {
        var machine: MachineLine
        var roof: Roof
        var views: Int
        var kernels: [KernelResult]
    }

    func validate() throws {
        guard views >= 1 else { throw ValidationError("--views must be 1 or more") }
        if against != nil, picture != nil {
            throw ValidationError("--picture cannot be combined with --against")
        }
    }

    func run() throws {
        let wanted = try options.pattern()
        let cases = try ShapeFile.cases(path: shapes, views: views).filter { wanted($0.name) }
        if let against { return try compare(cases, against) }
        let machine = MachineLine(threads: options.threads)
        let roof = Roof(threads: options.threads)
        if !options.json { printHead(machine, roof) }
        let pool = BenchPool(threads: options.threads)
        var results: [KernelResult] = []
        for one in cases {
            let result = measure(one, pool, roof)
            results.append(result)
            if !options.json { printRow(result) }
        }
        if let picture {
            try RooflinePicture(title: "\(machine), \(views) views", roof: roof, results: results).drawing
                .write(to: picture)
        }
        let report = Report(machine: machine, roof: roof, views: views, kernels: results)
        if options.json { try Output.json(report) } else { printTotal(results) }
    }

    /// Creates a new thread pool in each round, because waiting threads would take processor time from the peer.
    private func compare(_ cases: [KernelCase], _ peer: KernelPeer) throws {
        let names = cases.map(\.name)
        let comparison = try PeerComparison(names: names, threads: options.threads, rounds: python.rounds) {
            let pool = BenchPool(threads: options.threads)
            return cases.map { time($0, pool).median }
        } peer: {
            try peer.round(shapes: shapes, views: views, names: names, options: options, python: python)
        }
        try comparison.print(json: options.json)
    }

    private func time(_ one: KernelCase, _ pool: BenchPool) -> Timing {
        let run = one.prepare()
        var exec = pool.execution(scratchBytes: one.scratchBytes)
        return Timing.measure(seconds: options.seconds) { run(&exec) }
    }

    private func measure(_ one: KernelCase, _ pool: BenchPool, _ roof: Roof) -> KernelResult {
        let timing = time(one, pool)
        let gigaflops = one.operations / timing.median * 1e-9
        let gigabytes = one.bytes / timing.median * 1e-9
        return KernelResult(
            name: one.name, count: one.count, timing: timing, gigaflops: gigaflops, gigabytes: gigabytes,
            roofShare: max(gigaflops / roof.gigaflops, gigabytes / roof.copyGigabytes))
    }

    private func printHead(_ machine: MachineLine, _ roof: Roof) {
        print(machine)
        let number = { Output.number($0) }
        print("roof: \(number(roof.gigaflops)) GFLOP/s (one thread \(number(roof.gigaflopsOneThread)))", terminator: "")
        print(", copy \(number(roof.copyGigabytes)) GB/s; \(views) views\n")
        Output.row("kernel", ["times", "ms", "best ms", "spread %", "GFLOP/s", "GB/s", "% roof"])
    }

    private func printRow(_ result: KernelResult) {
        Output.row(
            result.name,
            [
                "\(result.count)", Output.number(1e3 * result.timing.median, digits: 3),
                Output.number(1e3 * result.timing.best, digits: 3), Output.number(100 * result.timing.spread),
                Output.number(result.gigaflops), Output.number(result.gigabytes),
                Output.number(100 * result.roofShare),
            ])
    }

    /// Prints the time of each kernel family in one step.
    private func printTotal(_ results: [KernelResult]) {
        print()
        let families = [
            "stem", "conv2d-direct", "conv2d-winograd", "maxpool", "residual", "depthwise", "pointwise", "adam",
        ]
        for family in families {
            for direction in family == "adam" ? [""] : [" forward", " backward"] {
                let mine = results.filter { $0.name.hasPrefix(family + direction) }
                let total = mine.reduce(0) { $0 + $1.timing.median * Double($1.count) }
                if !mine.isEmpty {
                    Output.row("total per step: \(family)\(direction)", ["", Output.number(1e3 * total) + " ms"])
                }
            }
        }
    }
}
