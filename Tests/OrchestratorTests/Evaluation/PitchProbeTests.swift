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
        #expect(scores.chroma.ci95?.contains(0.8) == true)
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

    /// Writes a note of half a second with one of three pitches, and returns the pitch.
    private func write(_ note: Int, to folder: TemporaryFolder) throws -> Int {
        let pitch = [57, 69, 81][note % 3]
        let hertz = 440 * pow(2, Float(pitch - 69) / 12)
        try folder.writeFloats(
            (0..<8_000).map { 0.1 * sin(2 * .pi * hertz * Float($0) / 16_000 + Float(note)) }, to: "\(note).wav")
        return pitch
    }

    /// Folds of three, four and three notes. The encoder does not distinguish pitches, and the log-mel statistics do.
    @Test func with_folds_a_lead_is_the_difference_of_the_scores() throws {
        let folder = try TemporaryFolder()
        var table = "path,fold,pitch\n"
        for note in 0..<10 {
            let pitch = try write(note, to: folder)
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

    /// The notes of each part have the pitches 57, 69 and 81, and one pitch that no piano has.
    @Test(arguments: [20, 109, -1, 127]) func pitches_that_no_piano_has_are_left_out_and_counted(pitch: Int) throws {
        let notes = ["train", "test"].flatMap { part in
            [57, 69, 81, pitch].flatMap { pitch in (0..<3).map { (part: part, name: "n\(pitch)_\($0)", pitch: pitch) } }
        }
        let folder = try corpus(notes)
        let dataset = try AudioDataset.open([folder.path])
        #expect(dataset.clips.count == 24 && dataset.isLabelled)
        var lines: [String] = []
        let report = try probePitch(
            dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: options
        ) { lines.append($0) }
        #expect((report.trainingClips, report.testClips) == (9, 9) && report.value == 1)
        let warning = try #require(report.warnings.first)
        #expect(report.warnings.count == 1 && lines.contains("warning: \(warning)"))
        #expect(warning.hasPrefix("6 of 24 notes have a pitch outside of MIDI notes 21 (A0) to 108 (C8)"))
        let first = "\(folder.path)/test/audio/n\(pitch)_0.wav has the pitch \(pitch) (the first of them)"
        #expect(warning.hasSuffix(first), "\(warning)")
    }

    @Test func clips_without_a_pitch_are_left_out_and_counted() throws {
        let folder = try TemporaryFolder()
        var table = "path,split,pitch\n"
        for note in 0..<12 {
            let pitch = try write(note, to: folder)
            // A column with empty fields is often written with decimals.
            table += "\(note).wav,\(note < 6 ? "train" : "test"),\(note == 4 ? "" : "\(pitch).0")\n"
        }
        try folder.write(table, to: "labels.csv")
        let report = try probePitch(
            dataset: try AudioDataset.open([folder.path]), encoders: [("run", MeanSpectrumEncoder())], options: options)
        #expect((report.trainingClips, report.testClips) == (5, 6))
        #expect(report.warnings == ["1 of 12 clips have no pitch and were left out: \(folder.path)/4.wav"])
    }

    @Test func a_pitch_that_is_not_whole_is_named_with_its_note() throws {
        for (value, words) in [
            ("60.5", "the note “b” has the pitch 60.5"), ("\"60\"", "the note “b” has no usable value of pitch"),
        ] {
            let folder = try corpus([("train", "a", 60), ("train", "b", 61)])
            let path = "\(folder.path)/train/examples.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try folder.write(text.replacing("\"pitch\": 61", with: "\"pitch\": \(value)"), to: "train/examples.json")
            let error = #expect(throws: DataError.self) { try AudioDataset.open([folder.path]) }
            #expect(error?.description.contains("cannot use \(path): \(words)") == true, "\(String(describing: error))")
        }
    }

    @Test func a_note_without_a_pitch_has_its_family() throws {
        let folder = try corpus([("train", "a", 60), ("train", "b", 61)])
        let text = try String(contentsOfFile: "\(folder.path)/train/examples.json", encoding: .utf8)
        try folder.write(text.replacing("\"pitch\": 61, ", with: ""), to: "train/examples.json")
        let dataset = try AudioDataset.open([folder.path])
        #expect(dataset.clips.map(\.pitch) == [60, nil] && dataset.clips.map(\.label) == [0, 0])
    }

    @Test func data_without_any_pitch_of_a_piano_is_refused() throws {
        let folder = try corpus([("train", "a", 20), ("test", "c", 110)])
        let dataset = try AudioDataset.open([folder.path])
        #expect(throws: EvaluationError.pitchOutOfRange(path: folder.path + "/test/audio/c.wav", pitch: 110)) {
            try probePitch(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: options)
        }
    }

    @Test func a_layout_without_pitches_is_named() throws {
        let folder = try TemporaryFolder()
        try folder.writeNoise("a/1.wav")
        try folder.writeNoise("b/1.wav")
        let dataset = try AudioDataset.open([folder.path])
        #expect(throws: EvaluationError.inData(folder.path, .noPitches(layout: "folders"))) {
            try probePitch(dataset: dataset, encoders: [("run", MeanSpectrumEncoder())], options: options)
        }
    }
}
