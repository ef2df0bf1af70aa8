import OssicleKernels

extension LogMelConfiguration {
    /// Checks all parameters.
    ///
    /// - Throws: ``FeatureError/invalidValue(key:value:expected:)`` for the first parameter that is out of range.
    public func validate() throws(FeatureError) {
        func require(
            _ holds: Bool, _ key: Key, _ value: some CustomStringConvertible, _ expected: String
        ) throws(FeatureError) {
            guard !holds else { return }
            throw .invalidValue(key: key.rawValue, value: value.description, expected: expected)
        }
        try require(sampleRate >= 1, .sampleRate, sampleRate, "at least 1 Hz")
        try require(
            fftSize >= 16 && fftSize <= 65536 && fftSize & (fftSize - 1) == 0, .fftSize, fftSize,
            "a power of two between 16 and 65536")
        try require(
            windowSamples >= 1 && windowSamples <= fftSize, .windowSamples, windowSamples,
            "between 1 and fft_size (\(fftSize))")
        try require(hopSamples >= 1, .hopSamples, hopSamples, "at least 1")
        try require(melBands >= 1, .melBands, melBands, "at least 1")
        try require(lowHertz >= 0 && lowHertz < highHertz, .lowHertz, lowHertz, "from 0 to below high_hertz")
        try require(
            2 * highHertz <= Float(sampleRate), .highHertz, highHertz, "at most half the sample rate (\(sampleRate))")
        try require(floor.isNormal && floor > 0, .floor, floor, "positive, such as 1e-5")
    }
}
