import Foundation
import Orchestrator
import Testing

/// Tests of the method `multi-strategy` and of its probes as a shell runs them.
@Suite struct ProbeCommandTests {
    private func tone(_ hertz: Double, seconds: Double) -> [Float] {
        (0..<Int(seconds * 16_000)).map { Float(0.3 * sin(2 * .pi * hertz * Double($0) / 16_000)) }
    }

    /// Writes four event files for each label, and three background files.
    private func writeSounds(_ scratch: Scratch) throws {
        for (label, hertz) in [("low", 300.0), ("high", 2_500)] {
            let folder = try scratch.makeFolder("events/\(label)")
            for file in 0..<4 {
                try AudioFile.write(
                    "\(folder)/\(file).wav", samples: tone(hertz + Double(10 * file), seconds: 0.5), sampleRate: 16_000)
            }
        }
        let folder = try scratch.makeFolder("backgrounds")
        for file in 0..<3 {
            let samples = (0..<40_000).map { Float(($0 * (7_919 + file)) % 1_009) / 50_450 - 0.01 }
            try AudioFile.write("\(folder)/\(file).wav", samples: samples, sampleRate: 16_000)
        }
    }

    /// Writes a data set in NSynth's layout, with three instruments of four notes in each part.
    private func writeNotes(_ scratch: Scratch) throws -> String {
        for part in ["train", "test"] {
            let audio = try scratch.makeFolder("notes/\(part)/audio")
            var examples: [String: [String: Any]] = [:]
            for instrument in 0..<3 {
                for pitch in [57, 60, 64, 69] {
                    let name = "keys_acoustic_\(part)\(instrument)-\(pitch)-100"
                    try AudioFile.write(
                        "\(audio)/\(name).wav", samples: tone(440 * pow(2, Double(pitch - 69) / 12), seconds: 1),
                        sampleRate: 16_000)
                    examples[name] = [
                        "instrument_str": "keys_acoustic_\(part)\(instrument)", "instrument": instrument,
                        "pitch": pitch,
                        "velocity": 100, "instrument_family_str": "keys", "instrument_family": 4,
                    ]
                }
            }
            try JSONSerialization.data(withJSONObject: examples)
                .write(to: URL(filePath: "\(scratch.path)/notes/\(part)/examples.json"))
        }
        return scratch.path + "/notes"
    }

    @Test func multi_strategy_pretrains_and_its_probes_print_one_object_each() throws {
        let scratch = Scratch()
        try writeSounds(scratch)
        let (run, mixed) = (scratch.path + "/run", scratch.path + "/mixed")
        let corpus = try object(
            try ossicle(
                "corpus", "soundscapes", "--events", scratch.path + "/events", "--backgrounds",
                scratch.path + "/backgrounds", "--output", mixed, "--size", "10", "--seconds", "3", "--json"))
        #expect((corpus["clips"] as? [String: Int])?.values.reduce(0, +) == 10)
        let trained = try object(
            try ossicle(
                "pretrain", "multi-strategy-small", "--data", mixed, "--output", run, "--steps", "2", "--batch-size",
                "4",
                "--json"))
        #expect(trained["steps"] as? Int == 2)

        let events = try object(
            try ossicle(
                "probe", "events", run, "--data", mixed, "--protocol", "paper", "--epochs", "2", "--baseline", "logmel",
                "--predictions",
                scratch.path + "/predicted", "--pictures", scratch.path + "/pictures", "--json"))
        #expect(events["metric"] as? String == "onset_f")
        #expect((events["baselines"] as? [String: Any])?.keys.sorted() == ["logmel"])
        let tested = try #require(events["n_test"] as? Int)
        for (folder, ending) in [("predicted", ".txt"), ("pictures", ".svg")] {
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/\(folder)")
            #expect(names.count == tested && names.allSatisfy { $0.hasSuffix(ending) })
        }

        let notes = try writeNotes(scratch)
        for (kind, data) in [("pitch", notes), ("events", mixed)] {
            let untrained = try ossicle("probe", kind, "random", "--data", data, "--baseline", "none")
            #expect(untrained.output.hasPrefix("random ") && untrained.output.contains("; batch norm"))
            #expect(!untrained.output.contains("run "), "\(untrained.output)")
        }
        let pitch = try object(
            try ossicle("probe", "pitch", run, "--data", notes, "--baseline", "none", "--json"))
        #expect(pitch["n_test"] as? Int == 12)

        for kind in ["stages", "last"] {
            let found = try object(
                try ossicle(
                    "probe", "clip", run, "--data", scratch.path + "/events", "--embedding", kind, "--baseline",
                    "random",
                    "--json"))
            #expect((found["embedding"] as? [String])?.first == (kind == "last" ? "last" : "features.2"))
            #expect((found["variants"] as? [String: String])?["random"]?.hasPrefix("batch norm") == true)
            let baseline = (found["baselines"] as? [String: [String: Any]])?["random"]
            #expect(baseline?["n_test"] as? Int == found["n_test"] as? Int)
        }
        let picture = scratch.path + "/stages.svg"
        let survey = try object(
            try ossicle(
                "probe", "clip", run, "--data", scratch.path + "/events", "--stages", "--picture", picture, "--json"))
        #expect((survey["maps"] as? [String])?.count == 9 && scratch.exists("stages.svg"))

        let votes = try object(
            try ossicle(
                "probe", "clip", run, "--data", scratch.path + "/events", "--neighbours", "3", "--baseline", "none",
                "--json"))
        #expect(votes["metric"] as? String == "accuracy")

        let frames = try object(
            try ossicle(
                "embed", run, scratch.path + "/events", "--level", "frame", "--output", scratch.path + "/f.npz",
                "--json"))
        #expect((frames["frames"] as? Int ?? 0) > 8)
        let clips = try object(
            try ossicle(
                "embed", run, scratch.path + "/events", "--map", scratch.path + "/map.svg", "--output",
                scratch.path + "/e.npz", "--json"))
        #expect((clips["map_shares"] as? [Double])?.count == 2 && scratch.exists("map.svg"))
    }

    /// Two files of the data are not audio, and one clip has a sample that is not a number.
    @Test func every_command_tells_which_files_it_left_out() throws {
        let scratch = Scratch()
        try writeSounds(scratch)
        let (events, run) = (scratch.path + "/events", scratch.path + "/run")
        for name in ["events/low/text.wav", "backgrounds/text.wav"] {
            try Data("no audio".utf8).write(to: URL(filePath: "\(scratch.path)/\(name)"))
        }
        func told(_ arguments: String..., words: [String]) throws {
            let answer = try ossicle(arguments + ["--json"])
            let warnings = try #require(try object(answer)["warnings"] as? [String])
            for word in words {
                #expect(warnings.count { $0.contains(word) } == 1, "\(arguments): \(warnings)")
                let lines = answer.complaint.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
                #expect(lines.count { $0.contains(word) } == 1, "\(arguments): \(lines)")
            }
        }
        try told(
            "corpus", "soundscapes", "--events", events, "--backgrounds", scratch.path + "/backgrounds", "--output",
            scratch.path + "/mixed", "--size", "10", "--seconds", "3", words: ["backgrounds/text.wav", "low/text.wav"])
        try writeNaN(to: events + "/low/nan.wav")
        try told(
            "pretrain", "cola-small", "--data", scratch.path + "/backgrounds", "--output", run, "--steps", "1",
            "--batch-size", "2", "--evaluate", events, words: ["backgrounds/text.wav", "low/text.wav", "low/nan.wav"])
        let probe = ["probe", "clip", run, "--data", events, "--baseline", "none"]
        for options in [[], ["--stages", "--picture", scratch.path + "/s.svg"], ["--finetune", "--epochs", "1"]] {
            let answer = try ossicle(probe + options + ["--json"])
            let warnings = try #require(try object(answer)["warnings"] as? [String])
            #expect(warnings.count == 2 && warnings[0].contains("low/text.wav") && warnings[1].contains("low/nan.wav"))
            #expect(answer.complaint.split(separator: "\n").count { $0.hasPrefix("warning: ") } == 2)
        }
        try told("embed", run, events, "--output", scratch.path + "/e.npz", words: ["low/text.wav", "low/nan.wav"])
        let grid = """
            recipe: cola-small
            data: [\(scratch.path)/backgrounds]
            rows: [a]
            set: {training.steps: 1, training.batch_size: 2}
            probe: [\(events)]
            """
        try Data(grid.utf8).write(to: URL(filePath: scratch.path + "/grid.yaml"))
        for _ in 0..<2 {
            try told(
                "sweep", scratch.path + "/grid.yaml", "--output", scratch.path + "/sweep",
                words: ["backgrounds/text.wav", "low/text.wav", "low/nan.wav"])
        }
    }

    /// A WAV file of 32-bit floats, half a second long. Its last sample is not a number.
    private func writeNaN(to path: String) throws {
        var bytes = Data("RIFF".utf8)
        func put(_ values: [UInt32]) { for value in values { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } } }
        let samples = tone(300, seconds: 0.5).dropLast() + [.nan]
        put([UInt32(36 + 4 * samples.count)])
        bytes += Data("WAVEfmt ".utf8)
        // The size of the chunk; float format and one channel; bytes per second; bytes per frame and bits per sample.
        put([16, 1 << 16 | 3, 16_000, 64_000, 32 << 16 | 4])
        bytes += Data("data".utf8)
        put([UInt32(4 * samples.count)] + samples.map(\.bitPattern))
        try bytes.write(to: URL(filePath: path))
    }

    @Test(
        arguments: [
            ["probe", "events", "random", "--data", "a", "--hop", "-1"],
            ["probe", "events", "random", "--data", "a", "b"],
            ["probe", "clip", "random", "--data", "a", "--neighbours", "0"],
            ["probe", "clip", "random", "--data", "a", "--epochs", "3"],
            ["probe", "clip", "random", "--data", "a", "--stages", "--finetune"],
            ["probe", "clip", "random", "--data", "a", "--stages", "--picture", "a.png"],
            ["probe", "clip", "random", "--data", "a", "--picture", "a.svg"],
            ["probe", "clip", "random", "--data", "a", "--embedding", "middle"],
            ["embed", "run", "a", "--output", "e.npz", "--map", "e.png"],
            ["embed", "run", "a", "--output", "e.npz", "--level", "frame", "--map", "e.svg"],
        ])
    func wrong_usage_exits_with_2(arguments: [String]) throws {
        let answer = try ossicle(arguments)
        #expect(answer.code == 2 && answer.complaint.hasPrefix("Error: "))
    }

    @Test func augment_writes_a_sound_of_the_same_length_and_lists_what_there_is() throws {
        let scratch = Scratch()
        try writeSounds(scratch)
        let (source, target) = (scratch.path + "/events/low/0.wav", scratch.path + "/out.wav")
        let answer = try ossicle("augment", "fade, mixed-noise snr=10", source, "--output", target, "--seed", "3")
        #expect(answer.code == 0 && answer.output.contains("fade: ") && answer.output.contains("10.0 dB"))
        let (x, y) = (try AudioFile.read(source, sampleRate: 16_000), try AudioFile.read(target, sampleRate: 16_000))
        #expect(x.count == y.count && x != y)
        let list = try ossicle("augment", "--list")
        #expect(list.code == 0)
        for kind in WaveformTransformKind.allCases { #expect(list.output.contains(kind.rawValue)) }
        let wrong = try ossicle("augment", "fade in=3", source, "--output", target)
        #expect(wrong.code == 1 && wrong.complaint.contains("fade in=3"))
        #expect(try ossicle("augment", "fade").code == 2)
    }

    /// Writes one recording of a second in each part, with one event, or in the test part with the given annotation.
    private func annotate(
        _ scratch: Scratch, _ text: String, stem: String = "a", others: String = "0\t0.5\tbell\n"
    ) throws -> String {
        let data = try scratch.makeFolder("annotated")
        try FileManager.default.removeItem(atPath: data)
        for part in ["train", "validation", "test"] {
            let audio = try scratch.makeFolder("annotated/\(part)/audio")
            try AudioFile.write("\(audio)/a.wav", samples: tone(500, seconds: 1), sampleRate: 16_000)
            let folder = try scratch.makeFolder("annotated/\(part)/annotation")
            try Data((part == "test" ? text : others).utf8)
                .write(to: URL(filePath: "\(folder)/\(part == "test" ? stem : "a").txt"))
        }
        return data
    }

    @Test func scores_without_events_are_undefined_in_text_and_null_in_json() throws {
        let scratch = Scratch()
        let arguments = ["probe", "events", "random", "--data", try annotate(scratch, ""), "--baseline", "none"]
        let text = try ossicle(arguments)
        #expect(text.code == 0 && text.output.contains("undefined  [undefined]  n = 1"), "\(text.output)")
        #expect(text.output.contains("segment F undefined, error rate undefined, PSDS undefined;"))
        let warning = "the test part has no events, so onset F, segment F, error rate and PSDS are undefined"
        #expect(text.complaint.contains("warning: \(warning)\n"))
        let report = try object(try ossicle(arguments + ["--json"]))
        let scores = try #require(report["scores"] as? [String: Any])
        for key in ["segment_f", "segment_error_rate", "psds"] { #expect(scores[key] is NSNull, "\(key)") }
        #expect(report["value"] is NSNull && report["ci95"] is NSNull)
        #expect((report["warnings"] as? [String])?.contains(warning) == true)

        let empty = try annotate(scratch, "", others: "")
        let refused = try ossicle("probe", "events", "random", "--data", empty, "--baseline", "none")
        #expect(refused.code == 1 && refused.complaint.contains("the annotations in \(empty) have no events, so"))
        #expect(refused.complaint.split(separator: "\n").count == 1, "\(refused.complaint)")
    }

    /// Expects for each error one line that names the file or the key, and exit code 1.
    @Test func bad_annotations_and_settings_are_named_in_one_line() throws {
        let scratch = Scratch()
        try writeSounds(scratch)
        func complaint(_ answer: Answer) -> String {
            #expect(answer.code == 1 && answer.output.isEmpty, "\(answer.complaint)")
            #expect(answer.complaint.split(separator: "\n").count == 1, "\(answer.complaint)")
            return answer.complaint
        }
        for (text, stem, words) in [
            ("2\t1\tbell\n", "a", "before the onset"), ("0\t1\tgong\n", "a", "“gong”"),
            ("0\t1\tbell\n", "lost", "no recording named lost"), ("400\t900\tbell\n", "a", "look like milliseconds"),
            ("0\t1\tbell\n2\t3\tbell\n", "a", "a.txt: line 2: the event begins at 2 s"),
        ] {
            let answer = try ossicle(
                "probe", "events", "random", "--data", try annotate(scratch, text, stem: stem), "--baseline", "none")
            #expect(complaint(answer).contains(words))
        }
        for (setting, words) in [
            ("encoder.time_stride=5", "encoder.time_stride"),
            ("augmentation.pitch_shift=3", "augmentation.pitch_shift"),
        ] {
            let answer = try ossicle(
                "pretrain", "multi-strategy-small", "--data", scratch.path + "/backgrounds", "--output",
                scratch.path + "/run", "--batch-size", "2", "--set", setting)
            #expect(complaint(answer).contains(words))
        }
    }
}
