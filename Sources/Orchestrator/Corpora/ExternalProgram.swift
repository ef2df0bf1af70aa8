import Foundation
import OssicleBase

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

    /// Runs the program until it ends, and returns its standard output. After a request of ``Interruption``, the program
    /// is killed.
    ///
    /// - Throws: ``CorpusError/programFailed(_:reason:)`` if the exit code is not 0. The reason is the last line of
    ///   standard error. ``CorpusError/interrupted`` if the program was killed.
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
            throw .programFailed(name, reason: error.systemReason)
        }
        let texts = Self.readToEnd([output.fileHandleForReading, complaints.fileHandleForReading]) {
            guard Interruption.isRequested else { return }
            kill(process.processIdentifier, SIGKILL)
        }
        ended.wait()
        if Interruption.isRequested { throw .interrupted }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let lines = String(decoding: texts[1], as: UTF8.self).split(whereSeparator: \.isNewline)
            throw .programFailed(name, reason: lines.last.map(String.init) ?? "exit code \(process.terminationStatus)")
        }
        return texts[0]
    }

    /// Reads several pipes to their ends at the same time. If one pipe were read to its end first, a program that fills
    /// another pipe would wait for ever.
    /// - Parameter wait: is called several times per second while no pipe has data.
    private static func readToEnd(_ pipes: [FileHandle], wait: () -> Void) -> [Data] {
        var texts = [Data](repeating: Data(), count: pipes.count)
        var waiting = pipes.map { pollfd(fd: $0.fileDescriptor, events: Int16(POLLIN), revents: 0) }
        // A pipe that has ended gets the descriptor −1, which poll ignores.
        while waiting.contains(where: { $0.fd >= 0 }) {
            // After an error, for example because of a signal, no field revents is valid.
            guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else {
                wait()
                continue
            }
            for place in waiting.indices where waiting[place].fd >= 0 && waiting[place].revents != 0 {
                let read = pipes[place].availableData
                texts[place] += read
                if read.isEmpty { waiting[place].fd = -1 }
            }
        }
        return texts
    }
}
