import Foundation
import Orchestrator
import Testing

/// Tests of the program as a shell runs it: exit code, standard output and standard error.
@Suite struct CommandTests {
    @Test func a_message_that_cannot_be_written_is_lost_and_the_exit_code_is_kept() throws {
        for redirection in ["2>&-", "2>/dev/full"] {
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/sh")
            shell.arguments = [
                "-c", "\"$0\" inspect /nowhere.yaml \(redirection)",
                Bundle.main.bundleURL.appending(path: "ossicle").path,
            ]
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationReason == .exit && shell.terminationStatus == 1)
        }
    }

    @Test func too_many_threads_are_wrong_usage() throws {
        let answer = try ossicle("probe", "clip", "random", "--data", "/nowhere", "--threads", "1000000")
        #expect(answer.code != 0 && answer.complaint.split(separator: "\n").first?.contains("/nowhere") == true)
        let scratch = Scratch()
        let folder = try scratch.makeFolder("clips/a")
        for number in 0..<4 {
            try AudioFile.write(
                "\(folder)/\(number).wav", samples: (0..<16_000).map { Float($0 % 99) / 200 }, sampleRate: 16_000)
        }
        let sweep = try ossicle("probe", "clip", "random", "--data", scratch.path + "/clips", "--threads", "1000000")
        #expect(sweep.code == 2 && sweep.complaint.contains("--threads must be at most 1024, not 1000000"))
    }

    @Test func a_message_about_a_long_text_is_short() throws {
        let scratch = Scratch()
        let path = try scratch.makeFolder("recipes") + "/long.yaml"
        try "training: {epochs: \(String(repeating: "9", count: 20_000))}\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        let answer = try ossicle("inspect", path)
        #expect(answer.code == 1 && answer.complaint.count < 1_100)
        #expect(answer.complaint.contains(path) && answer.complaint.contains("characters left out"))
    }

    @Test func help_goes_to_standard_output_and_succeeds() throws {
        let result = try ossicle("--help")
        #expect(result.code == 0)
        #expect(result.output.contains("USAGE: ossicle"))
        #expect(result.complaint.isEmpty)
    }

    @Test(arguments: [["corpus", "notes"], ["nonsense"], ["features", "a.wav", "--output", "a.jpg"]])
    func wrong_usage_exits_with_2_and_says_so_on_standard_error(arguments: [String]) throws {
        let result = try ossicle(arguments)
        #expect(result.code == 2)
        #expect(result.output.isEmpty)
        #expect(result.complaint.hasPrefix("Error: "))
    }

    @Test func a_failure_exits_with_1_and_one_line_that_names_the_file() throws {
        let result = try ossicle("features", "/nowhere/sound.wav", "--output", "/nowhere/sound.npy")
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        #expect(result.complaint.hasPrefix("ossicle: error: "))
        #expect(result.complaint.contains("/nowhere/sound.wav"))
        #expect(result.complaint.split(separator: "\n").count == 1)
    }

    @Test func doctor_prints_one_json_object_and_names_a_wrong_instruction_set() throws {
        let result = try ossicle("doctor", "--json", environment: ["OSSICLE_ISA": "abacus"])
        #expect(result.code == 0)
        let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let report = try #require(parsed as? [String: Any])
        #expect(report["isa"] as? String == "portable")
        let components = try #require(report["components"] as? [[String: Any]])
        #expect(components.contains { $0["name"] as? String == "Rubber Band" && $0["version"] is String })
        let advice = try #require(report["advice"] as? [String])
        #expect(advice.contains { $0.contains("abacus") })
    }

    @Test func doctor_names_the_packages_of_missing_programs() throws {
        let report = try object(try ossicle("doctor", "--json", environment: ["PATH": "/nowhere"]))
        let advice = try #require(report["advice"] as? [String])
        for packages in ["fluidsynth timgm6mb-soundfont", "espeak-ng"] {
            #expect(advice.contains { $0.hasSuffix("sudo apt-get install \(packages)") }, "\(advice)")
        }
    }

    @Test func an_unknown_instruction_set_is_one_sentence_and_an_error() throws {
        let result = try ossicle("inspect", "/nowhere", environment: ["OSSICLE_ISA": "abacus"])
        #expect(result.code == 1 && result.output.isEmpty)
        #expect(result.complaint.hasPrefix("ossicle: error: ") && result.complaint.contains("abacus"))
        #expect(result.complaint.split(separator: "\n").count == 1)
        for name in ["PORTABLE", "Portable"] {
            let doctor = try ossicle("doctor", "--json", environment: ["OSSICLE_ISA": name])
            let report = try JSONSerialization.jsonObject(with: Data(doctor.output.utf8)) as? [String: Any]
            #expect(doctor.code == 0 && report?["isa"] as? String == "portable")
            #expect(!doctor.output.contains("no instruction set"))
        }
    }

    /// Expects one line that names the file or the key, exit code 1, and no run folder.
    @Test(
        arguments: [
            (["cola", "--data", "/nowhere/sounds"], "/nowhere/sounds"),
            (["cola", "--data", "{folder}/empty"], "empty"),
            (["cola", "--data", "{folder}/broken"], "all 2 files"),
            (["cola", "--data", "{folder}/clips", "--batch-size", "64"], "training.batch_size"),
            (["cola", "--data", "{folder}/clips", "--set", "training.batchsize=2"], "training.batch_size"),
            (["cola", "--data", "{folder}/clips", "--set", "optimizer.learning_rate=fast"], "optimizer.learning_rate"),
            (["colla", "--data", "{folder}/clips"], "colla"),
            (["{folder}/wrong.yaml", "--data", "{folder}/clips"], "“method”"),
            (["supervised", "--data", "{folder}/clips", "--batch-size", "2"], "label"),
            (["cola", "--data", "{folder}/clips", "--batch-size", "2", "--resume"], "no checkpoint to resume"),
        ])
    func a_run_that_cannot_start_says_why_in_one_line(arguments: [String], words: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["empty", "broken", "clips"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        for name in ["a.wav", "b.flac"] {
            try Data("no audio".utf8).write(to: URL(filePath: "\(folder)/broken/\(name)"))
        }
        try Data("method: knitting\n".utf8).write(to: URL(filePath: folder + "/wrong.yaml"))
        for number in 0..<3 {
            try AudioFile.write(
                "\(folder)/clips/\(number).wav", samples: (0..<40_000).map { Float(($0 * (number + 3)) % 101) / 200 },
                sampleRate: 16_000)
        }
        let output = folder + "/run"
        let result = try ossicle(
            ["pretrain"] + arguments.map { $0.replacing("{folder}", with: folder) } + ["--output", output])
        #expect(result.code == 1)
        #expect(result.output.isEmpty)
        let lines = result.complaint.split(separator: "\n").filter { !$0.hasPrefix("warning: ") }
        #expect(lines.count == 1, "\(result.complaint)")
        #expect(result.complaint.contains(words), "\(result.complaint)")
        #expect(!FileManager.default.fileExists(atPath: output), "\(words): a run folder was begun")
    }

    @Test func pretrain_embed_and_probe_work_from_end_to_end_and_print_one_object() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["hum", "buzz"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/sounds/\(name)", withIntermediateDirectories: true)
            for number in 0..<6 {
                let samples = (0..<40_000).map { (i: Int) -> Float in
                    let period = (name == "hum" ? 160 : 23) + number
                    return Float(i % period) / Float(2 * period)
                }
                try AudioFile.write("\(folder)/sounds/\(name)/\(number).wav", samples: samples, sampleRate: 16_000)
            }
        }
        let run = try object(
            try ossicle(
                "pretrain", "cola-small", "--data", folder + "/sounds", "--output", folder + "/run", "--steps", "2",
                "--batch-size", "4", "--json"))
        #expect(run["steps"] as? Int == 2)
        for key in [
            "views_per_second", "data_wait_fraction", "peak_rss_bytes", "loss_first", "loss_last", "pretext_accuracy",
            "epochs", "threads", "isa", "seed",
        ] { #expect(run[key] != nil, "\(key)") }
        for name in ["checkpoint.safetensors", "recipe.yaml", "log.jsonl", "report.json"] {
            #expect(FileManager.default.fileExists(atPath: "\(folder)/run/\(name)"), "\(name)")
        }
        let inspected = try ossicle("inspect", folder + "/run", "--json")
        #expect(inspected.code == 0)
        #expect(try ossicle("inspect", folder + "/run/checkpoint.safetensors", "--json").output == inspected.output)
        let changed = try ossicle("inspect", folder + "/run", "--set", "data.view_frames=32")
        #expect(changed.code == 2 && changed.output.isEmpty && changed.complaint.contains("--set changes a recipe"))
        let embedded = try object(
            try ossicle(
                "embed", folder + "/run", folder + "/sounds", "--output", folder + "/e.npz", "--json"))
        #expect(embedded["clips"] as? Int == 12)
        let probe = try object(
            try ossicle("probe", "clip", folder + "/run", "--data", folder + "/sounds", "--json"))
        #expect(probe["metric"] as? String == "accuracy")
        #expect((probe["ci95"] as? [Double])?.count == 2)
        #expect((probe["baselines"] as? [String: Any])?.keys.sorted() == ["logmel", "random"])
        let again = try ossicle(
            "pretrain", "cola-small", "--data", folder + "/sounds", "--output", folder + "/run", "--batch-size", "4")
        #expect(again.code == 1)
        #expect(again.complaint.contains("--resume"))
    }
}
