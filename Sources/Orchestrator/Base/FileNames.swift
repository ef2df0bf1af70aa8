/// The names of files as text, without loss.
///
/// On Linux, a name is a sequence of bytes that need not be UTF-8. In a `String`, a byte b that is not part of UTF-8
/// text is the reserved code point U+10FE00 + b, so that U+10FE80 … U+10FEFF stand for the bytes 0x80 … 0xFF. The bytes
/// of a name that really contains a reserved code point are converted in the same way. Therefore two names are equal as
/// bytes if and only if their texts are.
///
/// Names are read with `init(fileBytes:)`, given to the system with `withFileName`, and printed with `shown`.
extension String {
    /// The first byte of the reserved code points in UTF-8. It is rare, so that most names are converted quickly.
    private static let reservedLead: UInt8 = 0xF4

    /// The text of a name or path.
    package init(fileBytes bytes: some Collection<UInt8>) { self.init(fileBytes: Array(bytes)) }

    /// The text of a name or path. Not generic, so that it is fast for the fields of large tables.
    package init(fileBytes bytes: [UInt8]) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
            return
        }
        if !bytes.contains(Self.reservedLead), let text = String(validating: bytes, as: UTF8.self) {
            self = text
            return
        }
        var scalars = String.UnicodeScalarView()
        var position = 0
        while position < bytes.count {
            let length = Self.lengthOfScalar(bytes[position])
            let end = position + length
            if length > 0, end <= bytes.count,
                let scalar = String(validating: bytes[position..<end], as: UTF8.self)?.unicodeScalars.first,
                scalar.escapedByte == nil
            {
                scalars.append(scalar)
                position = end
            } else {
                // Bytes below 0x80 are always valid, so that the sum is in the reserved range.
                if let escape = Unicode.Scalar(0x10_FE00 + UInt32(bytes[position])) { scalars.append(escape) }
                position += 1
            }
        }
        self.init(scalars)
    }

    /// The number of bytes of a UTF-8 sequence with this first byte; 0 if no sequence begins with it.
    private static func lengthOfScalar(_ first: UInt8) -> Int {
        switch first {
        case 0...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// The bytes of the name or path.
    package var fileBytes: [UInt8] {
        guard utf8.contains(Self.reservedLead) else { return Array(utf8) }
        return unicodeScalars.flatMap { scalar in
            scalar.escapedByte.map { [$0] } ?? Array(String(Character(scalar)).utf8)
        }
    }

    /// Calls `body` with the bytes of the path and a terminating 0, for functions of the system.
    package func withFileName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        guard utf8.contains(Self.reservedLead) else { return withCString(body) }
        let bytes = fileBytes.map { CChar(bitPattern: $0) } + [0]
        return bytes.withUnsafeBufferPointer { buffer in
            // The buffer contains at least the terminating 0.
            buffer.baseAddress.map(body) ?? "".withCString(body)
        }
    }

    /// The text for messages: bytes that are not UTF-8, and control characters, are written as `\xE9`.
    package var shown: String {
        let isPlain = !utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == Self.reservedLead }
        return isPlain ? self : escaping { $0.escapedByte != nil || $0.value < 0x20 || $0.value == 0x7F }
    }

    /// The text with all its bytes beyond ASCII written as `\xE9`. Names that look alike differ in it.
    package var shownAsBytes: String { shown.escaping { !$0.isASCII } }

    private func escaping(_ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        unicodeScalars.reduce(into: "") { text, scalar in
            guard isEscaped(scalar) else { return text.unicodeScalars.append(scalar) }
            for byte in String(Character(scalar)).fileBytes {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}

extension Unicode.Scalar {
    /// The byte for which a reserved code point stands; nil for other code points.
    package var escapedByte: UInt8? { (0x10_FE80...0x10_FEFF).contains(value) ? UInt8(value - 0x10_FE00) : nil }
}

/// A text that is compared byte by byte.
///
/// `String` treats composed and decomposed characters (NFC and NFD) as equal. As names of files they are different.
package struct ByteText: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: ByteText, b: ByteText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    package static func < (a: ByteText, b: ByteText) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}
