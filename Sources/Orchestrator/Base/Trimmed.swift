import Foundation

extension StringProtocol {
    /// The text without spaces and tabs at its beginning and its end.
    package var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
