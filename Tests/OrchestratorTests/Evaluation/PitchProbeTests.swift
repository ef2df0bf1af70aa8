import Foundation
import Orchestrator
import Testing

@testable import OssicleEvaluation

@Suite struct PitchProbeTests {
    /// Writes notes in NSynth's layout. Each note is a pure tone of half a second.
    private func corpus(_ notes: [(part: String, name: String, pitch: Int)]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for part in Set(notes.map(\.part)) {
            let entries = try notes.filter { $0.part == part }.map { note in
                let hertz = 440 * pow(2, Float(note.pitch - 69) / 12)
                let phase = Float(note.name.utf8.reduce(0) { $0 + Int($1) })
                try folder.writeFloats(
                    (0..<8_000).map { 0.1 * sin(2 * .pi * hertz * Float($0) / 16_000 + phase) },
                    to: "\(part)/audio/\(note.name).wav")
                return """
                    "\(note.name)": {"pitch": \(note.pitch), "instrument_str": "tone_\(part)", "instrument_family": 0,
                     "instrument_family_str": "tone"}
                    """
            }
            try folder.write("{\(entries.joined(separator: ","))}", to: "\(part)/examples.json")
        }
        return folder
    }

    private var options: ClipProbeOptions {
        var options = ClipProbeOptions()
        options.resamples = 100
        return options
    }

    @Test func scores_count_octaves_and_semitones() {
        var confusion = ConfusionMatrix(classes: PitchReport.pitches.count)
        for prediction in [39, 39, 39, 51, 40] { confusion.add(label: 39, prediction: prediction) }
        let scores = PitchReport.Scores([confusion], bootstrap: Bootstrap(resamples: 50))
        #expect(scores.pitch.value == 0.6 && scores.chroma.value == 0.8)
        #expect(scores.meanErrorSemitones == 13.0 / 5)
        #expect(scores.octaves == ["0": 3, "1": 1])
        #expect(scores.chroma.ci95.contains(0.8))
    }

    @Test func tones_are_read_off_their_spectra() throws {
        let pitches = [57, 64, 69, 76, 81]
        let notes = pitches.flatMap { pitch in
            (0..<6).map { (part: $0 < 4 ? "train" : "test", name: "n\(pitch)_\($0)", pitch: pitch) }
        }
        let folder = try corpus(notes)
        let report = try probePitch(
            dataset: try AudioDataset.open([folder.path]), encoders: [("run", MeanSpectrumEncoder())], options: options)
        #expect(report.value == 1 && report.scores.chroma.value == 1)
        #expect(report.scores.meanErrorSemitones == 0 && report.scores.octaves == ["0": 10])
        #expect((report.trainingClips, report.testClips) == (20, 10))
        #expect(report.baselines.keys.sorted() == ["logmel"])
    }

    /// Folds of three, four and three notes. The encoder does not distinguish pitches, and the log-mel statistics do.
    @Test func with_folds_a_lead_is_the_difference_of_the_scores() throws {
        let folder = try TemporaryFolder()
        var table = "path,fold,pitch\n"
        for note in 0..<10 {
            let pitch = [57, 69, 81][note % 3]
            let hertz = 440 * pow(2, Float(pitch - 69) / 12)
            try folder.writeFloats(
                (0..<8_000).map { 0.1 * sin(2 * .pi * hertz * Float($0) / 16_000 + Float(note)) }, to: "\(note).wav")
            table += "\(note).wav,\(note < 3 ? 1 : note < 7 ? 2 : 3),\(pitch)\n"
        }
        try folder.write(table, to: "labels.csv")
        var options = options
        options.method = .neighbours(1)
        // A baseline may have the name of the log-mel statistics.
        let encoders: [(name: String, encoder: any ViewEncoder)] = [
            ("run", CollapsedEncoder()), ("logmel", CollapsedEncoder()),
        ]
        let dataset = try AudioDataset.open([folder.path])
        let report = try probePitch(dataset: dataset, encoders: encoders, options: options)
        let (lead, baseline) = (try #require(report.leads["logmel"]), try #require(report.baselines["logmel"]))
        #expect(baseline.pitch.value == 1 && report.value < 1)
        #expect(abs(lead.value - (report.scores.pitch.value - baseline.pitch.value)) < 1e-12)
        // (7 + 6 + 7) / 3 = 6.67
        #expect(report.trainingClips == 7 && report.testClips == 10)
    }

    @Test(arguments: [20, 109]) func a_pitch_that_no_piano_has_is_named_with_its_file(pitch: Int) throws {
        let folder = try corpus([("train", "a", 60), ("train", "b", pitch), ("test", "c", 61)])
        let dataset = try AudioDataset.open([folder.path])
        #expect(throws: EvaluationError.pitchOutOfRange(path: folder.path + "/train/audio/b.wav", pitch: pitch)) {
            try probePitch(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: options)
        }
    }

    @Test func a_layout_without_pitches_is_named() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("a/1.wav")
        try folder.writeNoise("b/1.wav")
        let dataset = try AudioDataset.open([folder.path])
        #expect(throws: EvaluationError.noPitches(layout: "folders")) {
            try probePitch(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: options)
        }
    }
}
