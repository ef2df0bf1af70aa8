import OssicleKernels

extension CLARSpectraConfiguration {
    /// Checks all parameters.
    ///
    /// - Throws: ``FeatureError/invalidValue(key:value:expected:)`` for the first parameter that is out of range.
    public func validate() throws(FeatureError) {
        func require(
            _ holds: Bool, _ key: CodingKeys, _ value: some CustomStringConvertible, _ expected: String
        ) throws(FeatureError) {
            guard !holds else { return }
            throw .invalidValue(key: key.stringValue, value: value.description, expected: expected)
        }
        let most = variant == .code ? 4096 : variant.windowSamples / 2 + 1
        try require(sampleRate >= 1, .sampleRate, sampleRate, "at least 1 Hz")
        try require(hopSamples >= 1, .hopSamples, hopSamples, "at least 1")
        try require(bands >= 1 && bands <= most, .bands, bands, "between 1 and \(most) in the variant \(variant)")
        try require(lowHertz > 0 && lowHertz < highHertz, .lowHertz, lowHertz, "above 0 and below high_hertz")
        try require(
            2 * highHertz <= Float(sampleRate), .highHertz, highHertz, "at most half the sample rate (\(sampleRate))")
    }
}
