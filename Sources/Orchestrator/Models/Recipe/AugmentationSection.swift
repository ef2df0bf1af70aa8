import OssicleAudio

/// Augmentations of single views. Their parameters are drawn each time a view is cut. 0 disables an augmentation.
public struct AugmentationSection: RecipeOptions {
    /// The standard deviation of the white noise that is added to the waveform of the positive (0.001 in the authors'
    /// code).
    public var positiveNoise: Float = 0.001
    /// The range of the level jitter in decibels: the gain of every view is uniform in ± this value.
    public var levelJitterDB: Float = 0
    /// The largest distance of the positive's start from the anchor's start in seconds. 0: anywhere in the clip.
    public var positiveReachSeconds: Float = 0
    /// The range of the pitch shift: the pitch of every view is multiplied by a ratio uniform in 1 ± this value.
    public var pitchShift: Float = 0
    /// The algorithm for pitch shifting.
    public var pitchEngine: PitchEngine = .vocoder
    /// Transforms of the waveform of every view, which are applied in order.
    public var chain = AugmentationChain()
    /// The probability with which a crop of another clip is mixed into a view.
    public var backgroundProbability: Float = 0
    /// The smallest ratio of the view's level to that of the mixed crop, in decibels. The ratio is uniform.
    public var backgroundLowestDB: Float = 0
    /// The largest ratio of the view's level to that of the mixed crop, in decibels.
    public var backgroundHighestDB: Float = 20
    /// The probability with which a view is set to zero except for one part of it.
    public var trimProbability: Float = 0
    /// The smallest length of that part, as a fraction of the view.
    public var trimShortest: Float = 0.4
    /// The probability with which the highest bands of a view are removed.
    public var bandLimitProbability: Float = 0
    /// The smallest fraction of the bands that remains.
    public var bandLimitLowest: Float = 0.6
    /// The number of masks in time per view.
    public var timeMasks = 0
    /// The largest length of a mask in time, in frames.
    public var timeMaskFrames = 16
    /// The number of masks in frequency per view.
    public var frequencyMasks = 0
    /// The largest width of a mask in frequency, in mel bands.
    public var frequencyMaskBands = 8

    public init() {}

    public static let section = "augmentation"
    public static let keys: [OptionKey<AugmentationSection>] = [
        .number("positive_noise", \.positiveNoise, "a standard deviation from 0 to 1000") { (0...1000).contains($0) },
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
