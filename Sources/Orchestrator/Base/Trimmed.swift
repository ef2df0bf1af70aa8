import Foundation

extension StringProtocol {
    /// Without white space at its ends.
    package var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
