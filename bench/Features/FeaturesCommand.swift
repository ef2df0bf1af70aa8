import ArgumentParser
import Orchestrator

/// The log-mel front end on one thread, as a loader thread runs it.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Measure the log-mel front end, one thread.")

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

    func run() throws {
        let wanted = try options.pattern()
        let machine = MachineLine(threads: 1)
        if !options.json {
            print(machine)
            Output.row("features", ["ms", "spread %", "× real time", "frames/s"], width: 14)
        }
        var results: [Result] = []
        for (fft, samples) in [(1024, 15_600), (1024, 160_000), (512, 160_000)] {
            let name = "log-mel 64, FFT \(fft), \(samples) samples"
            guard wanted(name) else { continue }
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
