import Foundation
import Orchestrator

/// The time of a pitch shift of 0.96 s by our vocoder, by both engines of Rubber Band and by librosa, measured in turn.
struct VocoderTimes {
    var rounds: Int
    var seconds: Double
    var librosa: LibrosaPeer?

    /// Medians over the rounds in seconds.
    struct Line: Encodable {
        var ratio: Double
        var own: Double
        var rubberbandFaster: Double
        var rubberbandFiner: Double
        var librosa: Double?
        var rounds: [Round]
    }

    struct Round: Encodable {
        var own: Double
        var rubberbandFaster: Double
        var rubberbandFiner: Double
        var librosa: Double?
    }

    static let samples = 15_360

    /// A test signal: the partials of a voice with a slowly changing pitch, plus noise.
    private static func sound() -> [Float] {
        var random = RandomStream(seed: 1, purpose: .noise)
        var phase = 0.0
        return (0..<samples).map { i in
            phase += 2 * Double.pi * (180 + 40 * sin(Double(i) / 3000)) / 16_000
            let partials = (1...20).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) }
            return Float(0.1 * partials) + 0.01 * random.normal()
        }
    }

    func measure() throws -> (lines: [Line], peer: String?) {
        let sound = Self.sound()
        let machine = try PitchMachine(.vocoder)
        var output = [Float](repeating: 0, count: sound.count)
        var scratch = [Float](repeating: 0, count: machine.scratchCount(samples: sound.count))
        var results = [[Round]](repeating: [], count: VocoderCommand.ratios.count)
        var peer: String?
        for _ in 0..<rounds {
            let figures = try librosa?.times(sound, seconds: seconds)
            peer = figures?.name
            for (index, ratio) in VocoderCommand.ratios.enumerated() {
                let shift = try PitchShift(ratio: ratio)
                func rubberband(_ quality: RubberBand.Quality) -> Double {
                    Timing.measure(seconds: seconds) {
                        _ = RubberBand.process(
                            sound.span, sampleRate: 16_000, timeRatio: 1, pitchScale: ratio, quality: quality)
                    }.median
                }
                let faster = rubberband(.faster)
                let own = Timing.measure(seconds: seconds) {
                    var outputSpan = output.mutableSpan
                    var scratchSpan = scratch.mutableSpan
                    shift.apply(to: sound.span, from: 0, into: &outputSpan, machine: machine, scratch: &scratchSpan)
                }.median
                results[index] += [
                    Round(
                        own: own, rubberbandFaster: faster, rubberbandFiner: rubberband(.finer),
                        librosa: figures?.seconds["\(ratio)"])
                ]
            }
        }
        let lines = zip(VocoderCommand.ratios, results).map { ratio, rounds in
            Line(
                ratio: ratio, own: rounds.map(\.own).median, rubberbandFaster: rounds.map(\.rubberbandFaster).median,
                rubberbandFiner: rounds.map(\.rubberbandFiner).median,
                librosa: peer == nil ? nil : rounds.compactMap(\.librosa).median, rounds: rounds)
        }
        return (lines, peer)
    }

    static func print(_ lines: [Line], peer: String?) {
        Output.row(
            "pitch shift of 0.96 s, ms (× ours)",
            ["ours", "Rubber Band faster", "Rubber Band finer", peer ?? "librosa"], width: 20)
        for line in lines {
            func cell(_ time: Double?) -> String {
                guard let time else { return "-" }
                return Output.number(1e3 * time, digits: 2) + " (\(Output.number(time / line.own)))"
            }
            Output.row(
                "ratio \(line.ratio)",
                [
                    Output.number(1e3 * line.own, digits: 3), cell(line.rubberbandFaster), cell(line.rubberbandFiner),
                    cell(line.librosa),
                ], width: 20)
        }
    }
}
