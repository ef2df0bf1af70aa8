extension RecipeKey {
    /// Every key of ``Recipe``.
    public static let all: [RecipeKey] = [
        .choice("method", \.method),
        .choice("precision", \.precision),
        .choice("embedding", \.embedding),

        .integer("data.view_frames", \.data.viewFrames, positive),
        .choice("data.placement", \.data.placement),
        .choice("data.hold_out", \.data.holdOut),
        .number("data.label_share", \.data.labelShare, "a fraction above 0, at most 1") { $0 > 0 && $0 <= 1 },
        .number("data.level", \.data.level, "a level from 0 to 1; 0 keeps the original level") { (0...1).contains($0) },
        .integer("data.cache_memory_mib", \.data.cacheMemoryMiB, counted),
        .integer("data.workers", \.data.workers, 0...256),
        .integer("data.prefetch", \.data.prefetch, 1...1024),

        .choice("frontend.name", \.frontend.name),
        .integer("frontend.sample_rate", \.frontend.sampleRate, 1000...384_000),
        .integer("frontend.window_samples", \.frontend.windowSamples, positive),
        .integer("frontend.hop_samples", \.frontend.hopSamples, positive),
        .integer("frontend.fft_size", \.frontend.fftSize, 16...65_536),
        .integer("frontend.mel_bands", \.frontend.melBands, 1...1024),
        .number("frontend.low_hertz", \.frontend.lowHertz, "a frequency of 0 Hz or more") { $0 >= 0 },
        .number("frontend.high_hertz", \.frontend.highHertz, "a frequency above 0 Hz") { $0 > 0 },
        .number("frontend.floor", \.frontend.floor, "a number above 0") { $0 > 0 },

        .number("augmentation.positive_noise", \.augmentation.positiveNoise, "a standard deviation, 0 or more") {
            $0 >= 0
        },
        .number("augmentation.level_jitter_db", \.augmentation.levelJitterDB, "a level range from 0 to 60 dB") {
            (0...60).contains($0)
        },
        .number("augmentation.positive_reach_seconds", \.augmentation.positiveReachSeconds, "a time of 0 s or more") {
            $0 >= 0
        },
        .number("augmentation.pitch_shift", \.augmentation.pitchShift, "a fraction from 0 to 0.5") {
            (0...0.5).contains($0)
        },
        .number("augmentation.anchor_shift", \.augmentation.anchorShift, "a fraction above 0, at most 0.5") {
            $0 > 0 && $0 <= 0.5
        },
        .choice("augmentation.pitch_engine", \.augmentation.pitchEngine),
        .chain("augmentation.chain", \.augmentation.chain),
        .number(
            "augmentation.background_probability", \.augmentation.backgroundProbability, "a probability from 0 to 1"
        ) {
            (0...1).contains($0)
        },
        .number("augmentation.background_lowest_db", \.augmentation.backgroundLowestDB, "a level from -60 to 60 dB") {
            (-60...60).contains($0)
        },
        .number("augmentation.background_highest_db", \.augmentation.backgroundHighestDB, "a level from -60 to 60 dB") {
            (-60...60).contains($0)
        },
        .number("augmentation.trim_probability", \.augmentation.trimProbability, "a probability from 0 to 1") {
            (0...1).contains($0)
        },
        .number("augmentation.trim_shortest", \.augmentation.trimShortest, "a fraction above 0, at most 1") {
            $0 > 0 && $0 <= 1
        },
        .number("augmentation.band_limit_probability", \.augmentation.bandLimitProbability, "a probability from 0 to 1")
        {
            (0...1).contains($0)
        },
        .number("augmentation.band_limit_lowest", \.augmentation.bandLimitLowest, "a fraction above 0, at most 1") {
            $0 > 0 && $0 <= 1
        },
        .integer("augmentation.time_masks", \.augmentation.timeMasks, 0...64),
        .integer("augmentation.time_mask_frames", \.augmentation.timeMaskFrames, counted),
        .integer("augmentation.frequency_masks", \.augmentation.frequencyMasks, 0...64),
        .integer("augmentation.frequency_mask_bands", \.augmentation.frequencyMaskBands, counted),

        .choice("encoder.name", \.encoder.name),
        .path("encoder.start", \.encoder.start),
        .flag("encoder.winograd", \.encoder.winograd),
        .number("encoder.drop_connect", \.encoder.dropConnect, "a probability from 0 to below 1") {
            (0..<1).contains($0)
        },

        .choice("encoder.output", \.encoder.output),
        .integer("encoder.time_stride", \.encoder.timeStride, 8...32),
        .choice("encoder.mel_pooling", \.encoder.melPooling),
        .choice("encoder.frame_pooling", \.encoder.framePooling),
        .integer("encoder.frame_width", \.encoder.frameWidth, positive),

        .integer("head.projection", \.head.projection, positive),
        .integer("head.hidden", \.head.hidden, positive),
        .flag("head.trunk", \.head.trunk),
        .flag("head.normalize", \.head.normalize),

        .choice("objective.similarity", \.objective.similarity),
        .number("objective.temperature", \.objective.temperature, "a number above 0") { $0 > 0 },
        .number("objective.clip_weight", \.objective.clipWeight, "a number, 0 or more") { $0 >= 0 },
        .number("objective.frame_weight", \.objective.frameWeight, "a number, 0 or more") { $0 >= 0 },
        .number("objective.pitch_weight", \.objective.pitchWeight, "a number, 0 or more") { $0 >= 0 },
        .integer("objective.frame_margin", \.objective.frameMargin, counted),
        .choice("objective.frame_pairs", \.objective.framePairs),
        .choice("objective.pitch_target", \.objective.pitchTarget),
        .number("objective.label_weight", \.objective.labelWeight, "a number, 0 or more") { $0 >= 0 },

        .choice("optimizer.name", \.optimizer.name),
        .number("optimizer.learning_rate", \.optimizer.learningRate, "a number above 0") { $0 > 0 },
        .number("optimizer.beta1", \.optimizer.beta1, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("optimizer.beta2", \.optimizer.beta2, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("optimizer.epsilon", \.optimizer.epsilon, "a number above 0") { $0 > 0 },
        .number("optimizer.momentum", \.optimizer.momentum, "a number from 0 to below 1") { (0..<1).contains($0) },
        .number("optimizer.weight_decay", \.optimizer.weightDecay, "a number, 0 or more") { $0 >= 0 },
        .flag("optimizer.decays_all", \.optimizer.decaysAll),
        .number("optimizer.trust", \.optimizer.trust, "a number above 0") { $0 > 0 },
        .number("optimizer.average", \.optimizer.average, "a number from 0 to below 1") { (0..<1).contains($0) },

        .choice("schedule.name", \.schedule.name),
        .integer("schedule.warmup_steps", \.schedule.warmupSteps, counted),
        .integer("schedule.warmup_epochs", \.schedule.warmupEpochs, counted),

        .integer("training.epochs", \.training.epochs, positive),
        .integer("training.steps", \.training.steps, counted),
        .integer("training.batch_size", \.training.batchSize, positive),
        .seed("training.seed", \.training.seed),
        .integer("training.threads", \.training.threads, 0...1024),
        .number("training.checkpoint_minutes", \.training.checkpointMinutes, "a time above 0 minutes") { $0 > 0 },
        .integer("training.evaluation_epochs", \.training.evaluationEpochs, positive),
    ]

    private static let positive = 1...Int.max
    private static let counted = 0...Int.max

    /// The key with exactly this name.
    static func named(_ name: String) -> RecipeKey? { all.first { $0.name == name } }

    /// The known key or section most similar to a misspelt one, or nil if none is similar.
    ///
    /// Full keys are compared by edit distance; up to a third of the letters may differ. A key without its section, in
    /// the wrong section, or given by its initials (`lr`) counts as one edit.
    static func nearest(to unknown: String) -> String? {
        let sections = Set(all.compactMap { $0.section.map(String.init) })
        let last = unknown.split(separator: ".").last ?? ""
        var best: (name: String, distance: Int)?
        func consider(_ name: String, _ distance: Int, of length: Int) {
            guard distance <= max(2, length / 3), distance < best?.distance ?? .max else { return }
            best = (name, distance)
        }
        for key in all {
            consider(key.name, EditDistance.between(unknown, key.name), of: unknown.count)
            consider(key.name, 1 + EditDistance.between(last, key.lastComponent), of: last.count)
            let initials = String(key.lastComponent.split(separator: "_").compactMap(\.first))
            if initials.count > 1, last == initials { consider(key.name, 1, of: last.count) }
        }
        if !unknown.contains(".") {
            for section in sections.sorted() {
                consider(section, EditDistance.between(unknown, section), of: unknown.count)
            }
        }
        return best?.name
    }
}
