import Foundation

/// An installed program that renders sound. It is searched in the folders of PATH.
struct ExternalProgram: Sendable {
    let name: String
    private let url: URL

    /// - Parameter package: the Debian package that the error message names if the program is missing.
    /// - Throws: ``CorpusError/programMissing(_:package:)``.
    init(_ name: String, package: String) throws(CorpusError) {
        self.name = name
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.map { "\($0)/\(name)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw .programMissing(name, package: package)
        }
        url = URL(fileURLWithPath: path)
    }

    /// Runs the program until it ends, and returns its standard output.
    ///
    /// - Throws: ``CorpusError/programFailed(_:reason:)`` if the exit code is not 0. The reason is the last line of
    ///   standard error.
    @discardableResult
    func run(_ arguments: [String]) throws(CorpusError) -> Data {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        let output = Pipe()
        let complaints = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaints
        // waitUntilExit() is not used, because it runs a run loop on the calling thread.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw .programFailed(name, reason: error.localizedDescription)
        }
        // These programs write little text, so no pipe becomes full while the other one is read to its end.
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = complaints.fileHandleForReading.readDataToEndOfFile()
        ended.wait()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let lines = String(decoding: complaint, as: UTF8.self).split(whereSeparator: \.isNewline)
            throw .programFailed(name, reason: lines.last.map(String.init) ?? "exit code \(process.terminationStatus)")
        }
        return written
    }
}
