import OssicleBase

/// The tables and lists that belong to a data set.
extension AudioFolder {
    /// The bytes of a file, without a byte order mark.
    /// - Throws: `DataError.malformed` if the file cannot be read, or if it is UTF-16 text.
    static func bytes(_ path: String) throws(DataError) -> [UInt8] { try read(path, TextFile.bytes) }

    /// The text of a file, without a byte order mark.
    /// - Throws: `DataError.malformed` if it cannot be read as UTF-8 text.
    static func text(_ path: String) throws(DataError) -> String { try read(path, TextFile.text) }

    /// The lines of a file, with their numbers from 1. They need not be UTF-8.
    static func lines(_ path: String) throws(DataError) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        try read(path, TextFile.lines)
    }

    private static func read<Value>(
        _ path: String, _ reader: (String) throws(TextFile.Failure) -> Value
    ) throws(DataError) -> Value {
        do {
            return try reader(path)
        } catch {
            throw .malformed(path: path, reason: error.reason)
        }
    }
}
