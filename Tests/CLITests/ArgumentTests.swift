import Foundation
import Orchestrator
import Testing

/// Arguments that are not UTF-8. `Process` cannot pass them, so that a shell makes them.
@Suite struct ArgumentTests {
    private let scratch = Scratch()

    /// Runs a script in which `$0` is the program, `$1` the temporary folder and `$2` a name that is not UTF-8.
    private func run(_ script: String) throws -> Answer {
        let program = Bundle.main.bundleURL.appending(path: "ossicle").path
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "set -- \"$1\" \"$(printf 'caf\\351')\"; " + script, program, scratch.path]
        let (output, complaint) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, complaint)
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Answer(
            code: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            complaint: String(decoding: complained, as: UTF8.self))
    }

    private func write(_ name: String) throws {
        let samples = (0..<16_000).map { Float($0 % 80) / 160 }
        try AudioFile.write("\(try scratch.makeFolder(name))/a.wav", samples: samples, sampleRate: 16_000)
    }

    /// A run with an empty `--output` was written to the root of the file system.
    @Test func an_empty_argument_is_an_error_of_usage() throws {
        for words in ["pretrain cola-small --data \"$1\" --output ''", "pretrain cola-small --data \"$1\" --output="] {
            let answer = try run("\"$0\" \(words)")
            #expect(answer.code == 2 && answer.complaint.contains("--output"), "\(answer.complaint)")
        }
    }

    @Test func a_recording_is_not_overwritten_by_its_augmentation() throws {
        try write("x")
        let answer = try run(
            "ln -s a.wav \"$1/x/b.wav\"; \"$0\" augment 'fade 1' \"$1/x/a.wav\" --output \"$1/x/b.wav\"")
        #expect(answer.code == 2 && answer.complaint.contains("--output"), "\(answer.complaint)")
        #expect(try AudioFile.info(scratch.path + "/x/a.wav").frames == 16_000)
    }

    @Test func a_recording_with_any_name_is_read() throws {
        try write("x")
        let answer = try run("mv \"$1/x\" \"$1/$2\" && \"$0\" features \"$1/$2/a.wav\" --output \"$1/a.npy\"")
        #expect(answer.code == 0, "\(answer.complaint)")
        #expect(scratch.exists("a.npy"))
    }

    @Test func a_folder_with_any_name_is_data() throws {
        for name in ["x/one", "x/two"] { try write(name) }
        let probe = "\"$0\" probe clip random --neighbours 1 --baseline none --threads 1 --json --data"
        let answer = try run("mv \"$1/x\" \"$1/$2\" && \(probe) \"$1/two\" \"$1/$2\"")
        #expect(answer.code == 1)
        #expect(answer.complaint.contains("there is no file or folder \(scratch.path)/two"))
        // One clip per class cannot be divided. The names of the classes were read.
        let found = try run("\(probe) \"$1/$2\"")
        #expect(found.code == 1 && !found.complaint.contains("there is no file"), "\(found.complaint)")
        let missing = try run("\(probe) \"$1/${2}s\"")
        #expect(missing.complaint.contains("there is no file or folder \(scratch.path)/caf\\xE9s"))
    }

    @Test(arguments: ["features a.wav --output \"$2.npy\"", "probe clip random --data . --\"$2\""])
    func other_arguments_must_be_text(arguments: String) throws {
        let answer = try run("\"$0\" " + arguments)
        #expect(answer.code == 2)
        #expect(answer.complaint.contains("caf\\xE9") && answer.complaint.contains("is not UTF-8 text"))
    }
}
