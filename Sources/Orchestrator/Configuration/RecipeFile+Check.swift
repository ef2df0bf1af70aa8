extension RecipeFile {
    /// Ranges that involve more than one key; the ones of a single key are in ``RecipeKey/all``.
    static func check(_ recipe: Recipe) throws(RecipeError) {
        let frontend = recipe.frontend
        try require(
            frontend.fftSize.nonzeroBitCount == 1, "frontend.fft_size", recipe, "a power of two from 16 to 65536")
        try require(
            frontend.fftSize >= frontend.windowSamples, "frontend.fft_size", recipe,
            "at least frontend.window_samples, \(frontend.windowSamples)")
        let nyquist = Float(frontend.sampleRate) / 2
        try require(
            frontend.highHertz <= nyquist, "frontend.high_hertz", recipe,
            "at most half of frontend.sample_rate, \(nyquist)")
        try require(
            frontend.lowHertz < frontend.highHertz, "frontend.low_hertz", recipe,
            "a frequency below frontend.high_hertz, \(frontend.highHertz)")

        let augmentation = recipe.augmentation
        if augmentation.timeMasks > 0 {
            try require(
                augmentation.timeMaskFrames <= recipe.data.viewFrames, "augmentation.time_mask_frames", recipe,
                "at most data.view_frames, \(recipe.data.viewFrames)")
        }
        if augmentation.frequencyMasks > 0 {
            try require(
                augmentation.frequencyMaskBands <= frontend.melBands, "augmentation.frequency_mask_bands", recipe,
                "at most frontend.mel_bands, \(frontend.melBands)")
        }
        if recipe.method == .cola {
            // A batch of one has no negative: its loss is 0 whatever the encoder does.
            try require(
                recipe.training.batchSize >= 2, "training.batch_size", recipe, "at least 2 for the method cola")
        }
    }

    private static func require(
        _ holds: Bool, _ name: String, _ recipe: Recipe, _ expected: String
    ) throws(RecipeError) {
        guard !holds else { return }
        let value = RecipeKey.named(name)?.text(recipe) ?? ""
        throw .invalidValue(key: name, value: value, expected: expected)
    }
}
