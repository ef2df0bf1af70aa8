import CSndFile
import Foundation
import OssicleBase

extension AudioFile {
    /// The number format of the samples in a file.
    public enum SampleFormat: Sendable {
        /// Integers with 16 bits. Samples beyond ±1 are clipped.
        case int16
        /// Floats with 32 bits in wav files. Flac files have no floats. They get integers with 24 bits, and samples
        /// beyond ±1 are clipped.
        case float
    }

    /// Writes a sound file with one channel.
    ///
    /// The extension of the name selects the file format: wav, flac, ogg or mp3. The last two are lossy, and ignore
    /// `format`. If writing fails, no file is created, and an existing file is not changed.
    ///
    /// - Throws: ``AudioError/unwritable(path:reason:)``.
    public static func write(
        _ path: String, samples: [Float], sampleRate: Int, format: SampleFormat = .float
    ) throws(AudioError) {
        var header = SF_INFO()
        header.channels = 1
        header.samplerate = Int32(clamping: sampleRate)
        header.format = try Int32(code(path, format))
        let partial = PartialFile(path)
        let target = SoundFileTarget(partial.path)
        func failed(_ reason: String) -> AudioError {
            .unwritable(path: path, reason: target.failure.map { String(cString: strerror($0)) } ?? reason)
        }
        guard target.failure == nil, let file = target.openSound(&header) else {
            throw failed(String(cString: sf_strerror(nil)))
        }
        sf_command(file, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
        // The samples are written in blocks, because the Vorbis encoder of libsndfile copies each block to the stack.
        var written = 0
        samples.withUnsafeBufferPointer { buffer in
            while let base = buffer.baseAddress, written < buffer.count {
                let count = Int(sf_writef_float(file, base + written, sf_count_t(min(4_096, buffer.count - written))))
                if count <= 0 { break }
                written += count
            }
        }
        let failure = sf_error(file)
        // Closing writes the last block and the lengths in the header, which can fail as well.
        let closing = sf_close(file)
        guard closing == 0, target.failure == nil, written == samples.count else {
            throw failed(String(cString: sf_error_number(failure == 0 ? closing : failure)))
        }
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
