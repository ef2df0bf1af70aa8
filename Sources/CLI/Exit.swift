import ArgumentParser
import Foundation
import Orchestrator

/// How the process ends: 0 done · 1 failed, with one sentence on standard error · 2 wrong usage · 130 interrupted.
enum Exit {
    static let failure: Int32 = 1
    static let usage: Int32 = 2

    static func run(_ root: any ParsableCommand.Type) -> Never {
        // A reader that goes away (`| head`) ends the process quietly, also where a parent ignored the signal.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try root.parseAsRoot()
            // The doctor reports it among the rest.
            if !(command is DoctorCommand), let complaint = Machine.instructionSetComplaint {
                complain("ossicle: error: \(complaint)")
                exit(failure)
            }
            try command.run()
            exit(0)
        } catch {
            end(root, error)
        }
    }

    private static func end(_ root: any ParsableCommand.Type, _ error: any Error) -> Never {
        // ExitCode is thrown by verbs that have said why already; everything below EX_USAGE is no parser's code.
        if let code = error as? ExitCode { exit(code.rawValue) }
        let code = root.exitCode(for: error)
        switch code {
        case .success:  // --help
            print(root.fullMessage(for: error))
            exit(0)
        case .validationFailure:
            complain(root.fullMessage(for: error))
            exit(usage)
        default:
            complain("ossicle: error: \(oneLine("\(error)"))")
            exit(failure)
        }
    }

    private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
