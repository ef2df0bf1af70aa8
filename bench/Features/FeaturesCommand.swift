import ArgumentParser
import Orchestrator

/// The front ends on one thread, as a loader thread runs them.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Measure the front ends, one thread.")

    enum Peer: String, CaseIterable, ExpressibleByArgument {
        case torch
    }

    @Option(help: "Measure a peer in turn: torch.stft and matrix products.") var against: Peer?
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

    private struct Case {
        enum FrontEnd {
            case logMel(fft: Int)
            case clar(CLARSpectraConfiguration.Variant)
        }
        var frontEnd: FrontEnd
        var samples: Int

        var name: String {
            switch frontEnd {
            case .logMel(let fft): "log-mel 64, FFT \(fft), \(samples) samples"
            case .clar(let variant): "CLAR 128 × 3, \(variant), \(samples) samples"
            }
        }
        /// As the peer takes it.
        var argument: String {
            switch frontEnd {
            case .logMel(let fft): "\(fft),\(samples)"
            case .clar(let variant): "\(variant),\(samples)"
            }
        }
    }

    private static let cases = [
        Case(frontEnd: .logMel(fft: 1024), samples: 15_600), Case(frontEnd: .logMel(fft: 1024), samples: 160_000),
        Case(frontEnd: .logMel(fft: 512), samples: 160_000), Case(frontEnd: .clar(.code), samples: 16_000),
        Case(frontEnd: .clar(.code), samples: 80_000), Case(frontEnd: .clar(.paper), samples: 16_000),
    ]

    private func compare(_ cases: [Case]) throws {
        let peer = try PeerProcess.script(
            "torch_features", python: python, arguments: ["--seconds", "\(options.seconds)"] + cases.map(\.argument))
        let comparison = try PeerComparison(names: cases.map(\.name), threads: 1, rounds: python.rounds) {
            try cases.map { try measure($0).timing.median }
        } peer: {
            try peer.run()
        }
        try comparison.print(json: options.json)
    }

    func run() throws {
        let wanted = try options.pattern()
        let cases = Self.cases.filter { wanted($0.name) }
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
                    Output.number(result.timesRealTime, digits: 0), Output.number(result.framesPerSecond, digits: 0),
                ], width: 14)
        }
        if options.json { try Output.json(Report(machine: machine, features: results)) }
    }

    private func measure(_ one: Case) throws -> Result {
        switch one.frontEnd {
        case .logMel(let fft):
            var configuration = LogMelConfiguration()
            configuration.fftSize = fft
            let features = try LogMel(configuration)
            let frames = features.frames(samples: one.samples)
            return measure(
                one, level: 0.0025, rate: configuration.sampleRate, frames: frames,
                values: frames * configuration.melBands, scratch: features.scratchCount
            ) { features.extract($0, into: &$1, scratch: &$2) }
        case .clar(let variant):
            let features = try CLARSpectra(CLARSpectraConfiguration(variant))
            let frames = features.frames(samples: one.samples)
            return measure(
                one, level: 0.1, rate: features.configuration.sampleRate, frames: frames,
                values: frames * features.valuesPerFrame, scratch: features.scratchCount
            ) { features.extract($0, into: &$1, scratch: &$2) }
        }
    }

    private func measure(
        _ one: Case, level: Float, rate: Int, frames: Int, values: Int, scratch: Int,
        extract: (Span<Float>, inout MutableSpan<Float>, inout MutableSpan<Float>) -> Void
    ) -> Result {
        var random = RandomStream(seed: 1, purpose: .noise)
        let input = (0..<one.samples).map { _ in level * random.normal() }
        var output = [Float](repeating: 0, count: values)
        var scratch = [Float](repeating: 0, count: scratch)
        let timing = Timing.measure(seconds: options.seconds) {
            var outputSpan = output.mutableSpan
            var scratchSpan = scratch.mutableSpan
            extract(input.span, &outputSpan, &scratchSpan)
        }
        return Result(
            name: one.name, timing: timing, timesRealTime: Double(one.samples) / Double(rate) / timing.median,
            framesPerSecond: Double(frames) / timing.median)
    }
}
