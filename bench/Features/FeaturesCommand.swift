import ArgumentParser

/// Measures the operations that a loader thread applies to a clip: reading, resampling and feature extraction.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Measure decoding, resampling and feature extraction on one thread.")

    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case torch
    }

    @Option(help: "Also measure a peer, alternately: torch (torch.stft and matrix products).") var against: Peer?
    @OptionGroup var python: PythonOptions
    @OptionGroup var options: BenchOptions

    private struct Result: Encodable {
        var name: String
        var timing: Timing
        var timesRealTime: Double
        /// Feature frames per second, or nil if the output is samples.
        var framesPerSecond: Double?
    }
    private struct Report: Encodable {
        var machine: MachineLine
        var features: [Result]
    }

    private func compare(_ cases: [FeatureCase]) throws {
        let cases = cases.filter { $0.argument != nil }
        let peer = try PeerProcess.script(
            "torch_features", python: python,
            arguments: ["--seconds", "\(options.seconds)"] + cases.compactMap(\.argument))
        let comparison = try PeerComparison(names: cases.map(\.name), threads: 1, rounds: python.rounds) {
            try cases.map { try measure($0).timing.median }
        } peer: {
            try peer.run()
        }
        try comparison.print(json: options.json)
    }

    func run() throws {
        let wanted = try options.pattern()
        let cases = try FeatureCase.all().filter { wanted($0.name) }
        if against != nil { return try compare(cases) }
        let machine = MachineLine(threads: 1)
        if !options.json {
            print(machine)
            Output.row("features", ["ms", "spread %", "× real time", "frames/s"], width: 14)
        }
        var results: [Result] = []
        for one in cases {
            let result = try measure(one)
            results.append(result)
            if options.json { continue }
            Output.row(
                one.name,
                [
                    Output.number(1e3 * result.timing.median, digits: 3), Output.number(100 * result.timing.spread),
                    Output.number(result.timesRealTime, digits: 0),
                    result.framesPerSecond.map { Output.number($0, digits: 0) } ?? "",
                ], width: 14)
        }
        if options.json { try Output.json(Report(machine: machine, features: results)) }
    }

    private func measure(_ one: FeatureCase) throws -> Result {
        let body = try one.prepare()
        let timing = try Timing.measure(seconds: options.seconds, body)
        return Result(
            name: one.name, timing: timing, timesRealTime: one.seconds / timing.median,
            framesPerSecond: one.frames.map { Double($0) / timing.median })
    }
}
