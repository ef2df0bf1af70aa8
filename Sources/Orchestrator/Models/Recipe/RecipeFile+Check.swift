import OssicleAudio
import OssicleKernels

extension RecipeFile {
    /// Checks conditions that involve more than one key. `RecipeKey.all` has the ranges of single keys.
    static func check(_ recipe: Recipe) throws(RecipeError) {
        let (methods, encoders) = (MethodName.allCases, EncoderName.allCases)
        try recipe.require(
            methods.contains(recipe.method), "method", "one of \(methods.map(\.rawValue).joined(separator: ", "))")
        try recipe.require(
            encoders.contains(recipe.encoder.name), "encoder.name",
            "one of \(encoders.map(\.rawValue).joined(separator: ", "))")
        try checkFrontEnd(recipe)
        let augmentation = recipe.augmentation
        try recipe.require(
            augmentation.backgroundHighestDB >= augmentation.backgroundLowestDB, "augmentation.background_highest_db",
            "at least augmentation.background_lowest_db, \(augmentation.backgroundLowestDB)")
        if augmentation.timeMasks > 0 {
            try recipe.require(
                augmentation.timeMaskFrames <= recipe.data.viewFrames, "augmentation.time_mask_frames",
                "at most data.view_frames, \(recipe.data.viewFrames)")
        }
        if augmentation.frequencyMasks > 0 {
            try recipe.require(
                augmentation.frequencyMaskBands <= recipe.frontend.bands, "augmentation.frequency_mask_bands",
                "at most frontend.mel_bands, \(recipe.frontend.bands)")
        }
        try checkEncoder(recipe)
        try checkSizes(recipe)
        let method = recipe.trainingMethod
        if method.isContrastive {
            // A batch of one clip has no negative. Its loss is 0 for every encoder.
            try recipe.require(
                recipe.training.batchSize >= 2, "training.batch_size",
                "at least 2 for the method \(recipe.method.rawValue)")
        }
        try method.check(recipe)
    }

    /// Checks products of several keys. Within these limits, no size that is computed from them overflows, and the
    /// kernels support it. A machine may have far less memory.
    private static func checkSizes(_ recipe: Recipe) throws(RecipeError) {
        let (perFrame, frames) = (recipe.frontend.valuesPerFrame, recipe.data.viewFrames)
        try recipe.require(
            frames * perFrame <= mostViewValues, "data.view_frames",
            "at most \(mostViewValues / perFrame): a view has at most 2²⁴ values, and each of its frames has \(perFrame)"
        )
        let samples = recipe.frontend.samples(frames: frames)
        try recipe.require(
            samples <= mostViewSamples, "data.view_frames",
            "so small that a view has at most 2²⁶ samples; with frontend.hop_samples \(recipe.frontend.hopSamples), it has "
                + "\(samples)")
        let views = recipe.viewsPerClip
        var clipValues = views * frames * perFrame
        if recipe.encoder.output == .frames {
            clipValues = max(clipValues, views * frames * recipe.encoder.frameWidth / 16)
        }
        try recipe.require(
            recipe.training.batchSize <= mostBatchValues / clipValues, "training.batch_size",
            "at most \(mostBatchValues / clipValues) for views of this size")
    }

    private static let mostViewValues = 1 << 24
    private static let mostViewSamples = 1 << 26
    private static let mostBatchValues = 1 << 40

    private static func checkEncoder(_ recipe: Recipe) throws(RecipeError) {
        let name = "encoder.name \(recipe.encoder.name.rawValue)"
        let strides = recipe.encoderTraits.timeStrides
        try recipe.require(
            strides.contains(recipe.encoder.timeStride), "encoder.time_stride",
            "\(strides.map(String.init).joined(separator: ", ")) for \(name)")
        try recipe.require(
            recipe.data.viewFrames >= recipe.encoderTraits.fewestFrames, "data.view_frames",
            "at least \(recipe.encoderTraits.fewestFrames) for \(name)")
        try recipe.require(
            recipe.precision == .float32 || recipe.encoderTraits.storesHalfPrecision, "precision",
            "float32 for \(name)")
    }

    private static func checkFrontEnd(_ recipe: Recipe) throws(RecipeError) {
        let (frontend, augmentation) = (recipe.frontend, recipe.augmentation)
        let name = "frontend.name \(frontend.name.rawValue)"
        let isWaveform = frontend.name == .waveform
        let fitting = Registry.encoders.filter { ($0.traits.input == .waveform) == isWaveform }.map { $0.name.rawValue }
        try recipe.require(
            isWaveform == (recipe.encoderTraits.input == .waveform), "encoder.name",
            "\(fitting.joined(separator: " or ")) for \(name), which gives \(isWaveform ? "waveforms" : "spectra")")
        if isWaveform {
            let spectral: [(String, Bool)] = [
                ("augmentation.time_masks", augmentation.timeMasks == 0),
                ("augmentation.frequency_masks", augmentation.frequencyMasks == 0),
                ("augmentation.band_limit_probability", augmentation.bandLimitProbability == 0),
            ]
            for (key, isOff) in spectral {
                try recipe.require(isOff, key, "0 for \(name), which has no spectrum to change")
            }
            return
        }
        let nyquist = Float(frontend.sampleRate) / 2
        try recipe.require(
            frontend.highHertz <= nyquist, "frontend.high_hertz",
            "at most half of frontend.sample_rate, \(nyquist)")
        try recipe.require(
            frontend.lowHertz < frontend.highHertz, "frontend.low_hertz",
            "a frequency below frontend.high_hertz, \(frontend.highHertz)")
        if let spectra = frontend.spectra {
            let window = spectra.variant.windowSamples
            try recipe.require(frontend.lowHertz > 0, "frontend.low_hertz", "above 0 Hz for \(name)")
            try recipe.require(
                frontend.melBands <= window / 2, "frontend.mel_bands", "at most \(window / 2) for \(name)")
            try recipe.require(
                (recipe.data.viewFrames - 1) * frontend.hopSamples > window / 2, "data.view_frames",
                "at least \(window / 2 / frontend.hopSamples + 2) for \(name), which reflects \(window / 2) samples")
        } else {
            try recipe.require(
                frontend.fftSize.nonzeroBitCount == 1, "frontend.fft_size",
                "a power of two from 16 to 65536")
            try recipe.require(
                frontend.fftSize >= frontend.windowSamples, "frontend.fft_size",
                "at least frontend.window_samples, \(frontend.windowSamples)")
        }
    }
}

extension Recipe {
    /// Checks that every value is within its range and that the values are compatible. ``RecipeFile`` checks the
    /// recipes that it reads. A ``Trainer`` checks a recipe that was created in Swift before it runs it.
    /// - Throws: ``RecipeError/invalidValue(key:value:expected:)`` for the first wrong value.
    public func validate() throws(RecipeError) {
        for key in RecipeKey.all {
            try require(key.isValid(self), key.name, key.expected)
        }
        try RecipeFile.check(self)
    }

    /// Throws an error about a key if a condition does not hold.
    /// - Parameters:
    ///   - holds: the condition.
    ///   - key: the key whose value is wrong.
    ///   - expected: the values that the key accepts, worded to follow “it must be”.
    /// - Throws: ``RecipeError/invalidValue(key:value:expected:)`` if `holds` is false.
    public func require(_ holds: Bool, _ key: String, _ expected: String) throws(RecipeError) {
        guard !holds else { return }
        throw .invalidValue(key: key, value: RecipeKey.named(key)?.text(self) ?? "", expected: expected)
    }
}
