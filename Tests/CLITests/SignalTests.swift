import Foundation
import Orchestrator
import Testing

/// Tests of signals, and of two processes with one output.
@Suite(.serialized) struct SignalTests {
    private func writeClips(_ scratch: Scratch, seconds: Double = 2.5) throws -> String {
        let folder = try scratch.makeFolder("clips")
        for number in 0..<6 {
            let samples = (0..<Int(16_000 * seconds)).map { Float(($0 * (number + 3)) % 101) / 200 }
            try AudioFile.write("\(folder)/\(number).wav", samples: samples, sampleRate: 16_000)
        }
        return folder
    }

    private func pretrain(_ clips: String, _ run: String, steps: Int) -> [String] {
        [
            "pretrain", "cola-small", "--data", clips, "--output", run, "--batch-size", "4", "--steps", "\(steps)",
            "--threads", "1",
        ]
    }

    @Test(arguments: [SIGINT, SIGTERM]) func a_signal_stops_a_run_with_a_checkpoint_and_a_second_run_is_refused(
        signal: Int32
    ) throws {
        let scratch = Scratch()
        let (clips, run) = (try writeClips(scratch), scratch.path + "/run")
        let first = try RunningProgram(pretrain(clips, run, steps: 100_000))
        #expect(first.wait { scratch.exists("run/log.jsonl") })
        let second = try ossicle(pretrain(clips, run, steps: 100_000))
        #expect(second.code == 1 && second.complaint.contains("\(run) is in use by another run (process "))
        first.send(signal)
        let ended = first.end()
        #expect(ended.code == 130 && !ended.bySignal, "\(ended.complaint)")
        #expect(scratch.exists("run/checkpoint.safetensors") && !scratch.exists("run/.lock"))
        let report =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: run + "/report.json"))) as? [String: Any]
        #expect(report?["interrupted"] as? Bool == true)
    }

    /// A step of this batch takes many seconds.
    @Test func a_run_in_its_first_step_ends_at_once_and_writes_nothing() throws {
        let scratch = Scratch()
        let (clips, run) = (try writeClips(scratch), scratch.path + "/run")
        let program = try RunningProgram(
            pretrain(clips, run, steps: 10) + ["--set", "data.view_frames=4000", "--set", "data.placement=start"])
        #expect(program.wait { scratch.exists("run/.lock") })
        program.send(SIGINT)
        let ended = program.end()
        #expect(ended.code == 130 && ended.complaint.contains("interrupted before the first step; nothing was written"))
        #expect(!scratch.exists("run"))
    }

    @Test(arguments: [SIGINT, SIGTERM]) func a_command_without_state_dies_and_leaves_no_temporary_file(
        signal: Int32
    ) throws {
        let scratch = Scratch()
        let (clips, run) = (try writeClips(scratch, seconds: 120), scratch.path + "/run")
        #expect(try ossicle(pretrain(clips, run, steps: 1)).code == 0)
        let results = try scratch.makeFolder("results")
        let program = try RunningProgram([
            "embed", run, clips, "--level", "frame", "--hop", "10", "--output", results + "/e.npz", "--threads", "1",
        ])
        func files() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? [] }
        #expect(program.wait { files().contains { $0.hasSuffix(".partial") } })
        program.send(signal)
        let ended = program.end()
        #expect(ended.bySignal && ended.code == signal)
        #expect(files().isEmpty)
    }

    @Test func a_corpus_that_is_interrupted_leaves_nothing() throws {
        let scratch = Scratch()
        let folder = try scratch.makeFolder("corpora")
        let program = try RunningProgram(["corpus", "words", "--size", "2000", "--output", folder + "/words"])
        func files() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
        #expect(program.wait { files().contains { $0.hasSuffix(".partial") } })
        program.send(SIGTERM)
        let ended = program.end()
        #expect(ended.code == 130 && ended.complaint.contains("interrupted; nothing was written"))
        #expect(files().isEmpty, "\(files())")
    }

    @Test func new_data_is_allowed_only_together_with_resume() throws {
        let answer = try ossicle("pretrain", "cola", "--data", "a", "--output", "b", "--allow-new-data")
        #expect(answer.code == 2 && answer.complaint.contains("--allow-new-data needs --resume"))
    }

    @Test func resuming_with_other_data_names_the_flag_that_allows_it() throws {
        let scratch = Scratch()
        let (clips, run) = (try writeClips(scratch), scratch.path + "/run")
        // With this schedule, a finished run can be continued for more steps.
        let constant = ["--set", "schedule.name=constant"]
        #expect(try ossicle(pretrain(clips, run, steps: 1) + constant).code == 0)
        try FileManager.default.removeItem(atPath: clips + "/5.wav")
        let resumed = pretrain(clips, run, steps: 2) + constant + ["--resume"]
        let refused = try ossicle(resumed)
        #expect(refused.code == 1 && refused.complaint.contains("--allow-new-data"))
        let report = try object(try ossicle(resumed + ["--allow-new-data", "--json"]))
        #expect(report["steps"] as? Int == 2)
        let warnings = try #require(report["warnings"] as? [String])
        #expect(warnings.contains { $0.contains("6 clips") && $0.contains("5 clips") })
    }

    @Test func output_that_cannot_be_written_is_an_error() throws {
        let process = Process()
        process.executableURL = Bundle.main.bundleURL.appending(path: "ossicle")
        process.arguments = ["doctor", "--json"]
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        let complaint = Pipe()
        process.standardError = complaint
        try process.run()
        let text = String(decoding: complaint.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1 && text.contains("cannot write standard output"))
    }
}
