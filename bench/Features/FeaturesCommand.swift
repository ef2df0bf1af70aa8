import ArgumentParser
import Orchestrator

/// The log-mel front end on one thread, as a loader thread runs it.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Measure the log-mel front end, one thread.")

    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case torch
    }

    @Option(help: "Measure a peer in turn: torch.stft and a matrix of mel bands.") var against: Peer?
    @OptionGroup var python: PythonOptions
    @OptionGroup var options: BenchOptions

    private struct Result: Encodable {
        var name: String
        var timing: Timing
        var timesRealTime: Double
        var framesPerSecond: Double
    }
    private struct Report: Encodable {
        var machine: MachineLine
        var features: [Result]
    }

    /// FFT size and samples.
    private static let cases: [(fft: Int, samples: Int)] = [(1024, 15_600), (1024, 160_000), (512, 160_000)]

    private static func name(_ fft: Int, _ samples: Int) -> String { "log-mel 64, FFT \(fft), \(samples) samples" }

    private func compare(_ cases: [(fft: Int, samples: Int)]) throws {
        let peer = try PeerProcess.script(
            "torch_features", python: python,
            arguments: ["--seconds", "\(options.seconds)"] + cases.map { "\($0.fft),\($0.samples)" })
        let names = cases.map { Self.name($0.fft, $0.samples) }
        let comparison = try PeerComparison(names: names, threads: 1, rounds: python.rounds) {
            try zip(names, cases).map { try measure($0, fft: $1.fft, samples: $1.samples).timing.median }
        } peer: {
            try peer.run()
        }
        try comparison.print(json: options.json)
    }

    func run() throws {
        let wanted = try options.pattern()
        let cases = Self.cases.filter { one in wanted(Self.name(one.fft, one.samples)) }
        if against != nil { return try compare(cases) }
        let machine = MachineLine(threads: 1)
        if !options.json {
            print(machine)
            Output.row("features", ["ms", "spread %", "× real time", "frames/s"], width: 14)
        }
        var results: [Result] = []
        for (fft, samples) in cases {
            let name = Self.name(fft, samples)
            let result = try measure(name, fft: fft, samples: samples)
            results.append(result)
            if options.json { continue }
            Output.row(
                name,
                [
                    Output.number(1e3 * result.timing.median, digits: 3), Output.number(100 * result.timing.spread),
                    Output.number(result.timesRealTime, digits: 0), Output.number(result.framesPerSecond, digits: 0),
                ], width: 14)
        }
        if options.json { try Output.json(Report(machine: machine, features: results)) }
    }

    private func measure(_ name: String, fft: Int, samples: Int) throws -> Result {
        var configuration = LogMelConfiguration()
        configuration.fftSize = fft
        let features = try LogMel(configuration)
        var random = RandomStream(seed: 1, purpose: .noise)
        let input = (0..<samples).map { _ in 0.0025 * random.normal() }
        let frames = features.frames(samples: samples)
        var output = [Float](repeating: 0, count: frames * configuration.melBands)
        var scratch = [Float](repeating: 0, count: features.scratchCount)
        let timing = Timing.measure(seconds: options.seconds) {
            var outputSpan = output.mutableSpan
            var scratchSpan = scratch.mutableSpan
            features.extract(input.span, into: &outputSpan, scratch: &scratchSpan)
        }
        return Result(
            name: name, timing: timing,
            timesRealTime: Double(samples) / Double(configuration.sampleRate) / timing.median,
            framesPerSecond: Double(frames) / timing.median)
    }
}
