import Foundation

/// What the program promises about one run.
struct Promise {
    /// An error message contains at least one of these: the name of the bad file, or of the key.
    var names: [String]
    /// Files and folders that do not exist after an error.
    var outputs: [String] = []
    /// Whether a message must also give a line, unless it names a recipe key or is about the whole file.
    var givesLine = false
    /// Whether the run must succeed.
    var succeeds = false
    /// Whether the run must fail.
    var fails = false
    /// Whether standard error cannot be written, so that there is no message.
    var isSilent = false
}

/// The judgement of one run.
enum Verdict: Equatable {
    case accepted
    case refused
    case fault(String)

    /// - Parameter leftovers: the files of the trial's folder that should not exist after this run.
    init(_ answer: Answer, _ promise: Promise, leftovers: (_ message: String?) -> [String]) {
        if let reason = Self.reason(answer, promise) {
            self = .fault(reason)
            return
        }
        let message = answer.ending == .exited(1) ? Self.messages(answer.complaint).first : nil
        let remaining = leftovers(message)
        guard remaining.isEmpty else {
            self = .fault("it left \(remaining.joined(separator: ", ")) behind")
            return
        }
        self = answer.ending == .exited(0) || answer.wasStopped ? .accepted : .refused
    }

    private static func reason(_ answer: Answer, _ promise: Promise) -> String? {
        if let report = reports.first(where: answer.complaint.contains) { return "standard error has “\(report)”" }
        switch answer.ending {
        case .died(let signal): return "it died of signal \(signal) (\(String(cString: strsignal(signal))))"
        case .hung: return String(format: "it had not ended after %.1f s", answer.seconds)
        case .overate: return "it used \(answer.peakBytes >> 20) MiB of memory"
        case .killed: return nil
        case .exited(0):
            if promise.fails { return "it succeeded, but its output was lost" }
            let found = answer.output.lowercased().firstMatch(of: /:\s*"?[-+]?(nan|inf)\b/)
            return found.map { "it succeeded with “\($0.output.0)” in its output" }
        case .exited(130) where answer.wasStopped && !promise.succeeds: return nil
        case .exited(1) where promise.isSilent: return nil
        case .exited(1): return promise.succeeds ? "it failed: \(answer.complaint)" : complaint(answer, promise)
        case .exited(let code): return "it exited with \(code): \(answer.complaint.prefix(300))"
        }
    }

    /// What is wrong with an error message; nil if nothing is.
    private static func complaint(_ answer: Answer, _ promise: Promise) -> String? {
        let messages = messages(answer.complaint)
        guard let message = messages.first else { return "it failed without an error message" }
        guard messages.count == 1 else { return "it printed \(messages.count) error messages" }
        if message.count < 10 { return "its error message is “\(message)”" }
        if message.count > longest { return "its error message has \(message.count) characters" }
        if let phrase = foreign.first(where: message.contains) { return "its error message contains “\(phrase)”" }
        if message.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 }) {
            return "its error message contains control characters"
        }
        guard promise.names.contains(where: message.contains) else {
            return "its error message does not name \(promise.names.joined(separator: " or "))"
        }
        let hasNoLine = ["recipe key", "training.", "“key: value”", "UTF-8"].contains(where: message.contains)
        if promise.givesLine, !hasNoLine, message.firstMatch(of: #/line \d+|: \d+:\d+: /#) == nil {
            return "its error message gives no line"
        }
        return nil
    }

    private static func messages(_ complaint: String) -> [String] {
        complaint.split(separator: "\n").filter { $0.hasPrefix(prefix) || $0.hasPrefix("Error:") }
            .map { String($0.dropFirst($0.hasPrefix(prefix) ? prefix.count : 0)) }
    }

    private static let prefix = "ossicle: error: "
    /// The largest length of a sentence that a person reads.
    private static let longest = 2_000

    /// Words of messages that are not meant for users.
    private static let foreign = [
        "The operation could", "couldn’t be", "couldn't be", "isn’t in the correct format", "Error Domain", "NSCocoa",
        "NSPOSIX", "DecodingError", "EncodingError", "CodingKeys", "dataCorrupted", "Swift.", "Foundation.",
        "Optional(", "Ossicle", "0x0",
    ]
    /// Words of reports that no run may print.
    private static let reports = [
        "Fatal error", "AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:",
        "UndefinedBehaviorSanitizer", "double free", "corrupted size", "malloc():", "free():", " BLAS ",
    ]
}
