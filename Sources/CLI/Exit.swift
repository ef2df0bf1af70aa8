import ArgumentParser
import Foundation
import Orchestrator

/// The exit code of the process: 0 success, 1 failure (with a one-sentence message on standard error), 2 wrong usage,
/// 130 interrupted. Commands that have nothing to save die of the signal, which shells report as 128 + its number.
enum Exit {
    static let failure: Int32 = 1
    static let usage: Int32 = 2

    static func run(_ root: any ParsableCommand.Type) -> Never {
        StandardError.openClosedStreams()
        // End the process without a message when the reader closes the pipe (`| head`), even if the parent ignored the
        // signal.
        signal(SIGPIPE, SIG_DFL)
        Interruption.endAtSignals()
        do {
            var command = try root.parseAsRoot(try Arguments.read())
            // The doctor command reports this error itself.
            if !(command is DoctorCommand), let complaint = Machine.instructionSetComplaint {
                complain("ossicle: error: \(complaint)")
                exit(failure)
            }
            try command.run()
            // The end of the output is still buffered. A full disk causes an error only now.
            guard fflush(nil) == 0 else {
                complain("ossicle: error: cannot write standard output: \(String(cString: strerror(errno)))")
                _exit(failure)
            }
            exit(0)
        } catch {
            end(root, error)
        }
    }

    private static func end(_ root: any ParsableCommand.Type, _ error: any Error) -> Never {
        // Commands throw ExitCode after they have printed the reason. Argument parser codes are EX_USAGE or higher.
        if let code = error as? ExitCode { exit(code.rawValue) }
        if isInterruption(error) {
            complain("ossicle: \(error)")
            exit(Interruption.exitCode)
        }
        let code = root.exitCode(for: error)
        switch code {
        case .success:  // --help
            print(root.fullMessage(for: error))
            exit(0)
        case .validationFailure:
            complain(root.fullMessage(for: error))
            exit(usage)
        default:
            complain("ossicle: error: \(oneLine("\(error)").shown.shortened)")
            exit(failure)
        }
    }

    private static func isInterruption(_ error: any Error) -> Bool {
        switch error {
        case TrainingError.interrupted, CorpusError.interrupted, EvaluationError.interrupted: true
        default: false
        }
    }

    private static func complain(_ text: String) { StandardError.write(text + "\n") }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
