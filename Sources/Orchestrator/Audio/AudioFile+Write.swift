import CSndFile
import Foundation
import OssicleBase

extension AudioFile {
    /// How samples are stored.
    public enum SampleFormat: Sendable {
        /// 16 bits; samples beyond ±1 are clipped.
        case int16
        /// 32-bit floats in wav; flac has none and takes 24 bits, clipped.
        case float
    }

    /// Writes one channel; the format follows from the extension (wav, flac, ogg, mp3; the last two lose quality). The file
    /// appears complete or not at all.
    public static func write(
        _ path: String, samples: [Float], sampleRate: Int, format: SampleFormat = .float
    ) throws(AudioError) {
        var header = SF_INFO()
        header.channels = 1
        header.samplerate = Int32(clamping: sampleRate)
        header.format = try Int32(code(path, format))
        let partial = PartialFile(path)
        guard let file = sf_open(partial.path, Int32(SFM_WRITE), &header) else {
            throw .unwritable(path: path, reason: String(cString: sf_strerror(nil)))
        }
        sf_command(file, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
        // In blocks: libsndfile's Vorbis encoder puts what it is given on the stack.
        var written = 0
        samples.withUnsafeBufferPointer { buffer in
            while let base = buffer.baseAddress, written < buffer.count {
                let count = Int(sf_writef_float(file, base + written, sf_count_t(min(4_096, buffer.count - written))))
                if count <= 0 { break }
                written += count
            }
        }
        let reason = String(cString: sf_strerror(file))
        guard sf_close(file) == 0, written == samples.count else { throw .unwritable(path: path, reason: reason) }
        if let reason = partial.commit() { throw .unwritable(path: path, reason: reason) }
    }

    private static func code(_ path: String, _ format: SampleFormat) throws(AudioError) -> Int {
        switch (URL(fileURLWithPath: path).pathExtension.lowercased(), format) {
        case ("wav", .float): return SF_FORMAT_WAV | SF_FORMAT_FLOAT
        case ("wav", .int16): return SF_FORMAT_WAV | SF_FORMAT_PCM_16
        case ("flac", .float): return SF_FORMAT_FLAC | SF_FORMAT_PCM_24
        case ("flac", .int16): return SF_FORMAT_FLAC | SF_FORMAT_PCM_16
        case ("ogg", _): return SF_FORMAT_OGG | SF_FORMAT_VORBIS
        case ("mp3", _): return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III
        default: throw .unwritable(path: path, reason: "its name must end in .wav, .flac, .ogg or .mp3")
        }
    }
}
