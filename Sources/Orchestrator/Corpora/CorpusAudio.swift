import OssicleAudio

/// Sound files in and out, with this module's errors.
enum CorpusAudio {
    /// What a program recorded, as one channel at `sampleRate`. A recording that cannot be read is one that the program
    /// could not finish: fluidsynth and espeak-ng do not complain about a full disk.
    static func read(_ path: String, by program: String, sampleRate: Int) throws(CorpusError) -> [Float] {
        do {
            return try AudioFile.read(path, sampleRate: sampleRate)
        } catch {
            throw .renderingTooShort(program: program, file: path)
        }
    }

    /// A recording that a corpus is made of, as one channel at `sampleRate`.
    static func source(_ path: String, sampleRate: Int) throws(CorpusError) -> [Float] {
        do throws(AudioError) {
            return try AudioFile.read(path, sampleRate: sampleRate)
        } catch {
            throw .audio(error)
        }
    }

    /// 16 bits, as the public sets have; a float file would also carry the time of writing, and differ from run to run.
    static func write(_ path: String, samples: [Float], sampleRate: Int) throws(CorpusError) {
        do throws(AudioError) {
            try AudioFile.write(path, samples: samples, sampleRate: sampleRate, format: .int16)
        } catch {
            throw .audio(error)
        }
    }
}
