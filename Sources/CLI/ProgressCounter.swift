import Foundation
import Synchronization

/// A progress line on standard error. It is rewritten in place on a terminal, and not printed elsewhere.
final class ProgressCounter: Sendable {
    private let label: String
    private let total: Int
    private let visible: Bool
    private let shown = Mutex(0)

    init(_ label: String, of total: Int) {
        self.label = label
        self.total = total
        visible = isatty(STDERR_FILENO) == 1
    }

    /// Updates the line once per percent.
    func show(_ done: Int) {
        guard visible else { return }
        let percent = done * 100 / max(total, 1)
        let isNew = shown.withLock { last in
            defer { last = percent }
            return last != percent
        }
        if isNew { write("\r\(done) of \(total) \(label)") }
    }

    func finish() {
        if visible { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { StandardError.write(text) }
}
