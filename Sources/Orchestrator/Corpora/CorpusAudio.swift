/// Sound files in and out, with this module's errors.
enum CorpusAudio {
    /// The file as one channel at `sampleRate`.
    static func read(_ path: String, sampleRate: Int) throws(CorpusError) -> [Float] {
        do {
            return try AudioFile.read(path, sampleRate: sampleRate)
        } catch {
            throw .outputUnwritable(path, reason: "\(error)")
        }
    }

    static func write(_ path: String, samples: [Float], sampleRate: Int) throws(CorpusError) {
        do {
            try AudioFile.write(path, samples: samples, sampleRate: sampleRate)
        } catch {
            throw .outputUnwritable(path, reason: "\(error)")
        }
    }
}
