import Foundation

/// A program of the system that renders sound, found in PATH.
struct ExternalProgram: Sendable {
    let name: String
    private let url: URL

    /// - Parameter package: the Debian package to name when the program is missing.
    init(_ name: String, package: String) throws(CorpusError) {
        self.name = name
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.map { "\($0)/\(name)" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw .programMissing(name, package: package)
        }
        url = URL(fileURLWithPath: path)
    }

    /// Runs the program to its end and returns what it wrote to standard output.
    ///
    /// - Throws: ``CorpusError/programFailed(_:reason:)`` with the last line it wrote to standard error, when the exit
    ///   code is not 0.
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
        // A semaphore and not waitUntilExit(), which spins a run loop on the calling thread.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw .programFailed(name, reason: error.localizedDescription)
        }
        // These programs say little: neither pipe fills while the other is read to its end.
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
