import Foundation
import Testing

/// What the program answered.
struct Answer {
    let code: Int32
    let output: String
    let complaint: String
}

/// Runs the program that the build puts beside the tests' bundle, one of whose files this process was started from.
func ossicle(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
    try ossicle(arguments, environment: environment)
}

func ossicle(_ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
    let process = Process()
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
    return Answer(
        code: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
        complaint: String(decoding: complained, as: UTF8.self))
}

/// The one JSON object of an answer without a failure.
func object(_ answer: Answer) throws -> [String: Any] {
    #expect(answer.code == 0, "\(answer.complaint)")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
}

/// A folder that is removed with its owner.
final class Scratch {
    let path = FileManager.default.temporaryDirectory.appending(path: "ossicle-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
