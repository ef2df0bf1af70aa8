import Foundation

/// Reads files of text that people and other programs wrote.
package enum TextFile {
    /// The reason why a file cannot be read as text.
    package struct Failure: Error {
        package let reason: String
    }

    /// The bytes of a file, without a byte order mark.
    /// - Throws: ``Failure`` if the file cannot be read, or if it is UTF-16 text.
    package static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        func failure() -> Failure { Failure(reason: "it cannot be read (\(String(cString: strerror(errno))))") }
        guard let file = path.withFileName({ fopen($0, "rb") }) else { throw failure() }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            errno = 0
            let count = fread(&block, 1, block.count, file)
            bytes += block[..<count]
            if count < block.count {
                guard ferror(file) == 0 else { throw failure() }
                break
            }
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(1024).contains(0) {
            throw Failure(
                reason: "it is UTF-16 text or not text at all; save it as UTF-8 (in Excel: “CSV UTF-8”), or convert it "
                    + "with iconv")
        }
        return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    }

    /// The text of a file, without a byte order mark.
    /// - Throws: ``Failure`` if it cannot be read as UTF-8 text.
    package static func text(_ path: String) throws(Failure) -> String {
        let bytes = try bytes(path)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let wrong = lines(bytes).first { String(validating: $0.bytes, as: UTF8.self) == nil }
        let line = String(fileBytes: wrong?.bytes ?? [])
        throw Failure(
            reason: "line \(wrong?.number ?? 1) is not UTF-8 text: “\(line)”; save the file as UTF-8, or convert it, "
                + "for example with iconv -f LATIN1 -t UTF-8")
    }

    /// The lines of a file, with their numbers from 1. They need not be UTF-8.
    package static func lines(_ path: String) throws(Failure) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        lines(try bytes(path))
    }

    /// A line ends with \n or \r\n. If there is no \n, it ends with \r.
    private static func lines(_ bytes: [UInt8]) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        let hasNewlines = bytes.contains(newline)
        let lines = bytes.split(separator: hasNewlines ? newline : carriageReturn, omittingEmptySubsequences: false)
        return lines.enumerated().map { index, line in
            (index + 1, line.last == carriageReturn ? line.dropLast() : line)
        }
    }
}
