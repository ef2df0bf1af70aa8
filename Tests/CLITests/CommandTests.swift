import Foundation
import Testing

/// The program as a user's shell sees it: exit code, standard output, standard error.
@Suite struct CommandTests {
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
        let advice = try #require(report["advice"] as? [String])
        #expect(advice.contains { $0.contains("abacus") })
    }

    private struct Result {
        let code: Int32
        let output: String
        let complaint: String
    }

    private func ossicle(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try ossicle(arguments, environment: environment)
    }

    private func ossicle(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        let process = Process()
        // The build puts the program beside the tests' bundle, one of whose files this process was started from.
        process.executableURL = Bundle.main.bundleURL.appending(path: "ossicle")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        let complaint = Pipe()
        process.standardOutput = output
        process.standardError = complaint
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            complaint: String(decoding: complained, as: UTF8.self))
    }
}
