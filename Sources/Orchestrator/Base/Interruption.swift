import Foundation
import Synchronization

/// The response to the signals SIGINT and SIGTERM: the end of the process, or a request to stop.
///
/// A process that handles neither, which is the state before ``watch()`` or ``endAtSignals(saying:)``, ends at once.
/// After ``endAtSignals(saying:)`` it removes its temporary files before it ends. After ``watch()`` a signal only makes
/// a request: training and evaluation look for it and stop within a fraction of a second, so that a checkpoint can be
/// written. A second signal ends the process in every case.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)
    /// Whether the first signal is a request.
    private static let isWatching = Atomic<Bool>(false)
    /// The address of the text that is written before the process ends; 0: no text.
    private static let farewell = Atomic<UInt>(0)

    /// The exit code of a process that was interrupted and ended by itself.
    public static let exitCode: Int32 = 130

    /// Whether a stop has been requested.
    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Installs handlers that turn SIGINT and SIGTERM into a request, and clears an earlier request. A second signal
    /// ends the process.
    public static func watch() {
        requested.store(false, ordering: .relaxed)
        farewell.store(0, ordering: .relaxed)
        isWatching.store(true, ordering: .sequentiallyConsistent)
        install()
    }

    /// Installs handlers with which SIGINT and SIGTERM remove the temporary files of this process and end it.
    /// - Parameter text: a sentence for standard error, after which the process exits with ``exitCode``; nil: the
    ///   process dies of the signal.
    public static func endAtSignals(saying text: String? = nil) {
        // The text is never released, because a handler may be reading it.
        farewell.store(text.map { UInt(bitPattern: strdup($0 + "\n")) } ?? 0, ordering: .relaxed)
        isWatching.store(false, ordering: .sequentiallyConsistent)
        install()
    }

    /// Requests a stop. This is for tests, and for programs that handle signals themselves.
    public static func request() { requested.store(true, ordering: .relaxed) }
    /// Clears the request.
    public static func reset() { requested.store(false, ordering: .relaxed) }

    private static func install() {
        // The handler must not be the first to use these values, because their initialization takes a lock.
        TemporaryFiles.prepare()
        _ = (isRequested, farewell.load(ordering: .relaxed))
        // A parent that starts the process from a thread with blocked signals passes the block on.
        var heard = sigset_t()
        sigemptyset(&heard)
        for number in [SIGINT, SIGTERM] {
            signal(number) { Interruption.handle($0) }
            sigaddset(&heard, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &heard, nil)
    }

    /// Only functions that POSIX allows in a signal handler are called.
    private static func handle(_ number: Int32) {
        if isWatching.load(ordering: .sequentiallyConsistent),
            !requested.exchange(true, ordering: .sequentiallyConsistent)
        {
            return
        }
        TemporaryFiles.removeAll()
        if let text = UnsafePointer<CChar>(bitPattern: farewell.load(ordering: .relaxed)) {
            _ = write(STDERR_FILENO, text, strlen(text))
            _exit(exitCode)
        }
        signal(number, SIG_DFL)
        raise(number)
    }
}
