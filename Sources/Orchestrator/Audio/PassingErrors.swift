import Foundation

/// The errors of files that often pass, mostly on disks that wake up and on network drives, and the pauses after which
/// a call is tried again.
package enum PassingErrors {
    /// The pauses between the attempts in microseconds: about one second together.
    package static let pauses: [useconds_t] = [20_000, 80_000, 320_000, 640_000]

    private static let numbers: Set<Int32> = [
        EIO, EAGAIN, EBUSY, ESTALE, ETIMEDOUT, EREMOTEIO, ENETDOWN, ENETUNREACH, ENETRESET, ECONNABORTED, ECONNRESET,
        ENOTCONN, EHOSTDOWN, EHOSTUNREACH,
    ]

    /// Whether a call that failed with this `errno` is tried again.
    static func mayPass(_ number: Int32) -> Bool { numbers.contains(number) }

    /// Calls `body` until its result is not negative, its `errno` is not one that passes, or all attempts have failed.
    /// - Returns: the last result. `errno` is that of the last call.
    static func retrying(_ body: () -> Int32) -> Int32 {
        var failures = 0
        while true {
            let result = body()
            guard result < 0 else { return result }
            if errno == EINTR { continue }
            guard mayPass(errno), failures < pauses.count else { return result }
            usleep(pauses[failures])
            failures += 1
        }
    }
}
