import CSndFile
import Foundation

/// A format of sound files.
struct SoundFormat: Sendable {
    let suffix: String
    let code: Int32
    /// The sample rates that the format allows and that are tried.
    let rates: [Int]

    private init(_ suffix: String, _ container: Int, _ encoding: Int, rates: [Int] = [8_000, 16_000, 44_100]) {
        (self.suffix, code, self.rates) = (suffix, Int32(container | encoding), rates)
    }

    /// 16-bit WAV.
    static let wave = SoundFormat("wav", Int(SF_FORMAT_WAV), Int(SF_FORMAT_PCM_16))

    static let all = [
        wave, SoundFormat("wav", Int(SF_FORMAT_WAV), Int(SF_FORMAT_FLOAT)),
        SoundFormat("wav", Int(SF_FORMAT_WAV), Int(SF_FORMAT_PCM_24)),
        SoundFormat("wav", Int(SF_FORMAT_WAV), Int(SF_FORMAT_IMA_ADPCM)),
        SoundFormat("wav", Int(SF_FORMAT_WAVEX), Int(SF_FORMAT_DOUBLE)),
        SoundFormat("wav", Int(SF_FORMAT_RF64), Int(SF_FORMAT_PCM_16)),
        SoundFormat("flac", Int(SF_FORMAT_FLAC), Int(SF_FORMAT_PCM_16)),
        SoundFormat("flac", Int(SF_FORMAT_FLAC), Int(SF_FORMAT_PCM_24)),
        SoundFormat("ogg", Int(SF_FORMAT_OGG), Int(SF_FORMAT_VORBIS)),
        SoundFormat("opus", Int(SF_FORMAT_OGG), Int(SF_FORMAT_OPUS), rates: [16_000, 48_000]),
        SoundFormat("mp3", Int(SF_FORMAT_MPEG), Int(SF_FORMAT_MPEG_LAYER_III)),
        SoundFormat("aiff", Int(SF_FORMAT_AIFF), Int(SF_FORMAT_PCM_16)),
        SoundFormat("au", Int(SF_FORMAT_AU), Int(SF_FORMAT_ULAW)),
        SoundFormat("caf", Int(SF_FORMAT_CAF), Int(SF_FORMAT_ALAC_16)),
        SoundFormat("w64", Int(SF_FORMAT_W64), Int(SF_FORMAT_PCM_16)),
    ]
}

/// A short sound: two tones.
struct Sound {
    var format = SoundFormat.wave
    var sampleRate = 16_000
    var channels = 1
    var seconds = 0.3
    var hertz = 440.0

    /// The sound as a file.
    /// - Parameter folder: a folder for a temporary file.
    func bytes(in folder: String) throws -> [UInt8] {
        let path = "\(folder)/sound-\(UInt64.random(in: 0 ... .max)).\(format.suffix)"
        defer { unlink(path) }
        var info = SF_INFO()
        info.samplerate = Int32(sampleRate)
        info.channels = Int32(channels)
        info.format = format.code
        guard let file = sf_open(path, Int32(SFM_WRITE), &info) else {
            throw Trouble("cannot write \(path): \(String(cString: sf_strerror(nil)))")
        }
        let frames = Int(seconds * Double(sampleRate))
        var samples: [Float] = []
        for frame in 0..<frames {
            let angle = 2 * Double.pi * hertz * Double(frame) / Double(sampleRate)
            let value = Float(0.3 * sin(angle) + 0.1 * sin(2.7 * angle))
            for channel in 0..<channels { samples.append(channel == 0 ? value : -0.5 * value) }
        }
        sf_writef_float(file, samples, sf_count_t(frames))
        sf_close(file)
        return try [UInt8](Data(contentsOf: URL(filePath: path)))
    }
}
