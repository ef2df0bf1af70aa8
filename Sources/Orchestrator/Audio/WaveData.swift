import Foundation

/// Where the samples of a RIFF wave file lie, and how many bytes of them the header declares.
struct WaveData {
    let offset: Int
    let declared: Int

    /// nil where there is nothing to compare with: no RIFF file, no `data` chunk, or a size that the writer left open, as
    /// programs do that write into a pipe.
    init?(_ path: String) {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var header = [UInt8](repeating: 0, count: 12)
        guard fread(&header, 1, 12, file) == 12, header.starts(with: "RIFF".utf8) else { return nil }
        var position = 12
        while fseek(file, position, SEEK_SET) == 0, fread(&header, 1, 8, file) == 8 {
            let size = (4..<8).reversed().reduce(0) { $0 << 8 | Int(header[$1]) }
            if header.starts(with: "data".utf8) {
                guard size > 0, size < 0x7FFF_F000 else { return nil }
                offset = position + 8
                declared = size
                return
            }
            position += 8 + size + size & 1
        }
        return nil
    }
}
