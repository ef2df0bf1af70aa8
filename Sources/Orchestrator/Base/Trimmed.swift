import Foundation

extension String {
    /// The text without spaces and tabs at its beginning and its end.
    package var trimmed: String {
        // Most fields of tables begin and end with a visible ASCII character, and the general function is slow.
        guard let first = utf8.first, let last = utf8.last else { return self }
        let visible: ClosedRange<UInt8> = 0x21...0x7E
        return visible ~= first && visible ~= last ? self : trimmingCharacters(in: .whitespaces)
    }
}

extension Substring {
    /// The text without spaces and tabs at its beginning and its end.
    package var trimmed: String { String(self).trimmed }
}
