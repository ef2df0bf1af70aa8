import OssicleAudio

/// Reads and writes sound files, and converts all errors to `CorpusError`.
enum CorpusAudio {
    /// Reads the recording of a program, as one channel at `sampleRate`. If it cannot be read, the program could not
    /// finish it: fluidsynth and espeak-ng report no error if the disk is full.
    static func read(_ path: String, by program: String, sampleRate: Int) throws(CorpusError) -> [Float] {
        do {
            return try AudioFile.read(path, sampleRate: sampleRate)
        } catch {
            throw .renderingTooShort(program: program, file: path)
        }
    }

    /// Reads a recording from which a corpus is mixed, as one channel at `sampleRate`.
    /// - Parameter warn: receives a sentence if the recording is cut off or damaged.
    static func source(_ path: String, sampleRate: Int, warn: (String) -> Void) throws(CorpusError) -> [Float] {
        do throws(AudioError) {
            return try AudioFile.read(path, sampleRate: sampleRate, warn: warn)
        } catch {
            throw .audio(error)
        }
    }

    /// Writes samples with 16 bits, as in the public data sets. A float file would also contain the time of writing,
    /// and would differ from run to run.
    static func write(_ path: String, samples: [Float], sampleRate: Int) throws(CorpusError) {
        do throws(AudioError) {
            try AudioFile.write(path, samples: samples, sampleRate: sampleRate, format: .int16)
        } catch {
            throw .audio(error)
        }
    }
}
