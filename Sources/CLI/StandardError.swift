import Foundation

/// Standard error, for messages and progress. Text that cannot be written, for example because the disk is full, is lost: the
/// exit code still tells how the command ended.
enum StandardError {
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// Opens the standard streams that the parent has closed. Otherwise the next file that is opened would take the number of
    /// such a stream, and messages would be written to that file.
    static func openClosedStreams() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 { _ = open("/dev/null", O_RDWR) }
    }
}
