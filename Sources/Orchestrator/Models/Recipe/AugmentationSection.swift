import OssicleAudio

/// Changes to single views, drawn anew each time a view is cut. 0 switches one off.
public struct AugmentationSection: RecipeOptions {
    /// Standard deviation of white noise added to the positive's waveform (the authors' code: 0.001).
    public var positiveNoise: Float = 0.001
    /// Every view's level is changed by a gain uniform in ± this many decibels.
    public var levelJitterDB: Float = 0
    /// The positive starts within this many seconds of the anchor; 0: anywhere in the clip.
    public var positiveReachSeconds: Float = 0
    /// Every view's pitch is shifted by a ratio uniform in 1 ± this, by `pitchEngine`.
    public var pitchShift: Float = 0
    public var pitchEngine: PitchEngine = .vocoder
    /// Transforms of every view's waveform, one after the other.
    public var chain = AugmentationChain()
    /// Probability with which a crop of another clip is mixed into a view, at a ratio of levels uniform between the two.
    public var backgroundProbability: Float = 0
    public var backgroundLowestDB: Float = 0
    public var backgroundHighestDB: Float = 20
    /// Probability with which a view is silenced but for a part of at least `trimShortest`.
    public var trimProbability: Float = 0
    public var trimShortest: Float = 0.4
    /// Probability with which a view loses its highest bands; at least this part of them is left.
    public var bandLimitProbability: Float = 0
    public var bandLimitLowest: Float = 0.6
    /// Masks in time: number a view, and the longest one in frames.
    public var timeMasks = 0
    public var timeMaskFrames = 16
    /// Masks in frequency: number a view, and the widest one in mel bands.
    public var frequencyMasks = 0
    public var frequencyMaskBands = 8

    public init() {}

    public static let section = "augmentation"
    public static let keys: [OptionKey<AugmentationSection>] = [
        .number("positive_noise", \.positiveNoise, "a standard deviation, 0 or more") { $0 >= 0 },
        .number("level_jitter_db", \.levelJitterDB, "a level range from 0 to 60 dB") { (0...60).contains($0) },
        .number("positive_reach_seconds", \.positiveReachSeconds, "a time of 0 s or more") { $0 >= 0 },
        .number("pitch_shift", \.pitchShift, "a fraction from 0 to 0.5") { (0...0.5).contains($0) },
        .choice("pitch_engine", \.pitchEngine),
        .chain("chain", \.chain),
        .number("background_probability", \.backgroundProbability, "a probability from 0 to 1") {
            (0...1).contains($0)
        },
        .number("background_lowest_db", \.backgroundLowestDB, "a level from -60 to 60 dB") { (-60...60).contains($0) },
        .number("background_highest_db", \.backgroundHighestDB, "a level from -60 to 60 dB") {
            (-60...60).contains($0)
        },
        .number("trim_probability", \.trimProbability, "a probability from 0 to 1") { (0...1).contains($0) },
        .number("trim_shortest", \.trimShortest, "a fraction above 0, at most 1") { $0 > 0 && $0 <= 1 },
        .number("band_limit_probability", \.bandLimitProbability, "a probability from 0 to 1") {
            (0...1).contains($0)
        },
        .number("band_limit_lowest", \.bandLimitLowest, "a fraction above 0, at most 1") { $0 > 0 && $0 <= 1 },
        .integer("time_masks", \.timeMasks, 0...64),
        .integer("time_mask_frames", \.timeMaskFrames, .counted),
        .integer("frequency_masks", \.frequencyMasks, 0...64),
        .integer("frequency_mask_bands", \.frequencyMaskBands, .counted),
    ]
}
