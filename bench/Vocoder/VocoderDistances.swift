import Foundation
import Orchestrator

/// The distance of the outputs to those of Rubber Band's finer engine: the mean absolute difference over all frames and
/// bands of the log-mel spectra (natural logarithm). The sounds have the level of a normalized clip.
struct VocoderDistances {
    var files: Int
    var seconds: Double
    var librosa: LibrosaPeer?
    private let features: LogMel
    private let machine: PitchMachine

    init(files: Int, seconds: Double, librosa: LibrosaPeer?) throws {
        self.files = files
        self.seconds = seconds
        self.librosa = librosa
        features = try LogMel()
        machine = try PitchMachine(.vocoder)
    }

    struct Line: Encodable {
        struct Ratio: Encodable {
            var ratio: Double
            var own: Double
            var rubberbandFaster: Double
            var librosa: Double?
        }
        var folder: String
        var sounds: Int
        var ratios: [Ratio]

        func print() {
            Output.row(
                "log-mel distance, \(sounds) sounds of \(URL(fileURLWithPath: folder).lastPathComponent)",
                ["ours", "Rubber Band faster", "librosa"], width: 20)
            for line in ratios {
                Output.row(
                    "ratio \(line.ratio)",
                    [
                        Output.number(line.own, digits: 3), Output.number(line.rubberbandFaster, digits: 3),
                        line.librosa.map { Output.number($0, digits: 3) } ?? "-",
                    ], width: 20)
            }
        }
    }

    /// Sounds of a folder and its subfolders, evenly spaced by name.
    private func sounds(in folder: String) throws -> [[Float]] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let paths = names.filter(AudioFile.isAudioPath).sorted().map { "\(folder)/\($0)" }
        guard !paths.isEmpty else { throw PeerProcess.Failure(description: "there are no sound files in \(folder)") }
        let count = min(files, paths.count)
        return try (0..<count).map { i in
            let sound = try AudioFile.read(paths[i * paths.count / count], count: Int(seconds * 16_000))
            let gain = Level.gain(rms: Level.rms(sound))
            return sound.map { gain * $0 }
        }
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Double {
        let (x, y) = (features.extract(a), features.extract(b))
        return zip(x, y).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / Double(max(1, min(x.count, y.count)))
    }

    func measure(folder: String) throws -> Line {
        let sounds = try sounds(in: folder).filter { $0.count >= features.samples(frames: 1) }
        let peers = try librosa?.shifted(sounds)
        let ratios = try VocoderCommand.ratios.enumerated().map { index, ratio in
            let shift = try PitchShift(ratio: ratio)
            var (own, faster, peer) = ([Double](), [Double](), [Double]())
            for (i, sound) in sounds.enumerated() {
                func rubberband(_ quality: RubberBand.Quality) -> [Float] {
                    RubberBand.process(
                        sound.span, sampleRate: 16_000, timeRatio: 1, pitchScale: ratio, quality: quality)
                }
                let target = rubberband(.finer)
                own += [distance(shift.apply(to: sound, machine: machine), target)]
                faster += [distance(rubberband(.faster), target)]
                if let peers { peer += [distance(peers[index][i], target)] }
            }
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
            return Line.Ratio(
                ratio: ratio, own: mean(own), rubberbandFaster: mean(faster), librosa: peers == nil ? nil : mean(peer))
        }
        return Line(folder: folder, sounds: sounds.count, ratios: ratios)
    }
}
