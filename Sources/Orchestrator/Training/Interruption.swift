import Foundation
import Synchronization

/// The request to stop a run after the current step, with a checkpoint. The signals SIGINT and SIGTERM make this
/// request.
public enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// Whether a stop has been requested.
    public static var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Installs handlers that turn SIGINT and SIGTERM into a request, and clears an earlier request. A second signal of
    /// the same kind ends the process as usual.
    public static func watch() {
        flag.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.flag.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Requests a stop. This is for tests, and for programs that handle signals themselves.
    public static func request() { flag.store(true, ordering: .relaxed) }
    /// Clears the request.
    public static func reset() { flag.store(false, ordering: .relaxed) }
}
