import OssicleAudio
import OssicleKernels

extension RecipeFile {
    /// Ranges that involve more than one key; the ones of a single key are in ``RecipeKey/all``.
    static func check(_ recipe: Recipe) throws(RecipeError) {
        try checkFrontEnd(recipe)
        let augmentation = recipe.augmentation
        try require(
            augmentation.backgroundHighestDB >= augmentation.backgroundLowestDB, "augmentation.background_highest_db",
            recipe, "at least augmentation.background_lowest_db, \(augmentation.backgroundLowestDB)")
        if augmentation.timeMasks > 0 {
            try require(
                augmentation.timeMaskFrames <= recipe.data.viewFrames, "augmentation.time_mask_frames", recipe,
                "at most data.view_frames, \(recipe.data.viewFrames)")
        }
        if augmentation.frequencyMasks > 0 {
            try require(
                augmentation.frequencyMaskBands <= recipe.frontend.bands, "augmentation.frequency_mask_bands", recipe,
                "at most frontend.mel_bands, \(recipe.frontend.bands)")
        }
        try require(
            [8, 16, 32].contains(recipe.encoder.timeStride), "encoder.time_stride", recipe, "32, 16 or 8")
        try require(
            recipe.encoder.timeStride == 32 || recipe.encoder.name == .efficientNetB0, "encoder.time_stride", recipe,
            "32 for encoder.name \(recipe.encoder.name.rawValue)")
        try require(
            recipe.precision == .float32 || recipe.encoder.name == .efficientNetB0, "precision", recipe,
            "float32 for encoder.name \(recipe.encoder.name.rawValue)")
        if recipe.method != .supervised {
            // A batch of one has no negative: its loss is 0 whatever the encoder does.
            try require(
                recipe.training.batchSize >= 2, "training.batch_size", recipe,
                "at least 2 for the method \(recipe.method.rawValue)")
        }
        if recipe.method == .multiStrategy { try checkFrames(recipe) }
    }

    private static func checkFrontEnd(_ recipe: Recipe) throws(RecipeError) {
        let (frontend, augmentation) = (recipe.frontend, recipe.augmentation)
        let name = "frontend.name \(frontend.name.rawValue)"
        let isWaveform = frontend.name == .waveform
        try require(
            isWaveform == recipe.encoder.name.isOneDimensional, "encoder.name", recipe,
            isWaveform
                ? "resnet18-1d for \(name), which gives waveforms"
                : "efficientnet-b0 or resnet18-2d for \(name), which gives spectra")
        if isWaveform {
            let spectral: [(String, Bool)] = [
                ("augmentation.time_masks", augmentation.timeMasks == 0),
                ("augmentation.frequency_masks", augmentation.frequencyMasks == 0),
                ("augmentation.band_limit_probability", augmentation.bandLimitProbability == 0),
            ]
            for (key, isOff) in spectral {
                try require(isOff, key, recipe, "0 for \(name), which has no spectrum to change")
            }
            return
        }
        let nyquist = Float(frontend.sampleRate) / 2
        try require(
            frontend.highHertz <= nyquist, "frontend.high_hertz", recipe,
            "at most half of frontend.sample_rate, \(nyquist)")
        try require(
            frontend.lowHertz < frontend.highHertz, "frontend.low_hertz", recipe,
            "a frequency below frontend.high_hertz, \(frontend.highHertz)")
        if let spectra = frontend.spectra {
            let window = spectra.variant.windowSamples
            try require(frontend.lowHertz > 0, "frontend.low_hertz", recipe, "above 0 Hz for \(name)")
            try require(
                frontend.melBands <= window / 2, "frontend.mel_bands", recipe, "at most \(window / 2) for \(name)")
            try require(
                (recipe.data.viewFrames - 1) * frontend.hopSamples > window / 2, "data.view_frames", recipe,
                "at least \(window / 2 / frontend.hopSamples + 2) for \(name), which reflects \(window / 2) samples")
        } else {
            try require(
                frontend.fftSize.nonzeroBitCount == 1, "frontend.fft_size", recipe,
                "a power of two from 16 to 65536")
            try require(
                frontend.fftSize >= frontend.windowSamples, "frontend.fft_size", recipe,
                "at least frontend.window_samples, \(frontend.windowSamples)")
        }
    }

    /// What the losses on frames and pitch ask for.
    private static func checkFrames(_ recipe: Recipe) throws(RecipeError) {
        try require(
            recipe.encoder.output == .frames, "encoder.output", recipe, "frames for the method multi-strategy")
        let stride = recipe.encoder.timeStride
        let weights = [recipe.objective.clipWeight, recipe.objective.frameWeight, recipe.objective.pitchWeight]
        try require(
            weights.contains { $0 > 0 }, "objective.clip_weight", recipe,
            "a number above 0 where objective.frame_weight and objective.pitch_weight are 0")
        if recipe.objective.frameWeight > 0 {
            // One frame has nothing to be told from.
            try require(
                recipe.data.viewFrames > stride, "encoder.time_stride", recipe,
                "less than data.view_frames, \(recipe.data.viewFrames), so that a view has several frames")
            try require(
                recipe.objective.frameMargin < (recipe.data.viewFrames + stride - 1) / stride - 1,
                "objective.frame_margin", recipe,
                "less than \((recipe.data.viewFrames + stride - 1) / stride - 1), so that a frame has a negative")
        }
        if recipe.objective.pitchWeight > 0 {
            try require(
                recipe.augmentation.pitchShift == 0, "augmentation.pitch_shift", recipe,
                "0 with the pitch loss, which has to know the shift; augmentation.anchor_shift sets it")
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
