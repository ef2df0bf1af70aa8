import Foundation

/// The way in which a process ended.
enum Ending: Equatable {
    case exited(Int32)
    case died(signal: Int32)
    /// It did not end within the time limit, or not soon after SIGTERM.
    case hung
    /// It used more memory than the limit.
    case overate
    /// `killAfter` ended it.
    case killed
}

/// The result of one process.
struct Answer {
    var ending: Ending
    var output: String
    var complaint: String
    var seconds: Double
    var peakBytes: Int
    /// Whether it was asked to stop with SIGTERM.
    var wasStopped: Bool
}

/// The program under test, with the limits of one run.
struct Program: Sendable {
    let path: String
    /// The time limit in seconds.
    let seconds: Double
    /// The largest resident memory in bytes.
    let bytes: Int

    /// Runs the program in `folder`, and writes its output to the files `stdout` and `stderr` there.
    ///
    /// When the time is over, the process is sent SIGTERM, and has the same time again to end. A training run stops
    /// after the current step in this case, which is correct. Any other process is counted as hung.
    /// - Parameters:
    ///   - killAfter: seconds after which the process is killed with SIGKILL.
    ///   - stopWhen: a condition on which the process is sent SIGTERM before the time is over.
    ///   - meanwhile: called once, when the process has run for `after` seconds.
    ///   - words: the path of the program and its arguments.
    func run(
        _ words: [String], in folder: String, killAfter: Double? = nil, stopWhen: () -> Bool = { false },
        after: Double = 0, meanwhile: () -> Void = {}
    ) throws -> Answer {
        let start = Self.now()
        let process = try launch(words, in: folder)
        var (status, usage) = (Int32(0), rusage())
        var (ending, wasStopped, isLate, hasActed): (Ending?, Bool, Bool, Bool) = (nil, false, false, false)
        var pause: UInt32 = 500
        var sampled = 0
        while wait4(process, &status, WNOHANG, &usage) == 0 {
            let time = Self.now() - start
            let resident = Self.residentBytes(process)
            sampled = max(sampled, resident)
            if !hasActed, time >= after {
                meanwhile()
                hasActed = true
            }
            if let killAfter, time >= killAfter, ending == nil {
                ending = .killed
                kill(process, SIGKILL)
            } else if ending == nil, resident > bytes {
                ending = .overate
                kill(process, SIGKILL)
            } else if time >= 2 * seconds, ending == nil {
                ending = .hung
                kill(process, SIGKILL)
            } else if time >= seconds || stopWhen(), !wasStopped {
                wasStopped = true
                isLate = time >= seconds
                kill(process, SIGTERM)
            }
            usleep(killAfter == nil ? pause : 200)
            pause = min(10_000, pause + pause / 4)
        }
        let signal = status & 0x7F
        let natural: Ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .died(signal: signal)
        if ending == .killed, signal == 0 { ending = nil }
        if isLate, natural == .died(signal: SIGTERM) { ending = .hung }
        // The system counts the memory of this process too, until the new process becomes the program. A peak that is
        // not above ours says nothing.
        var own = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &own)
        let peak = usage.ru_maxrss > own.ru_maxrss ? Int(usage.ru_maxrss) << 10 : sampled
        if peak > bytes { ending = .overate }
        return Answer(
            ending: ending ?? natural, output: Self.text("\(folder)/stdout"), complaint: Self.text("\(folder)/stderr"),
            seconds: Self.now() - start, peakBytes: peak, wasStopped: wasStopped)
    }

    private func launch(_ words: [String], in folder: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, name) in [(STDOUT_FILENO, "stdout"), (STDERR_FILENO, "stderr")] {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, "\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
        // env changes the folder and then becomes the program, which keeps the process number.
        let words = ["/usr/bin/env", "-C", folder] + words
        var copies = words.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        var process = pid_t()
        let reason = posix_spawn(&process, words[0], &actions, nil, &copies, environ)
        guard reason == 0 else { throw Trouble("cannot start \(words[0]): \(String(cString: strerror(reason)))") }
        return process
    }

    private static func residentBytes(_ process: pid_t) -> Int {
        let fields = text("/proc/\(process)/statm").split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        // A program that prints without end must not fill the memory of this one.
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}

/// An error of the torture itself, not of the program under test.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
