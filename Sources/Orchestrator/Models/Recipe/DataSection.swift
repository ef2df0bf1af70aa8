/// The audio that is read, and the way in which views are cut from it.
public struct DataSection: RecipeOptions {
    /// The number of frames of a view. With a hop length of 10 ms, 96 frames are 960 ms. For waveforms, the number of
    /// samples.
    public var viewFrames = 96
    /// The RMS level to which every clip is scaled before it is cropped. 0: levels are not changed.
    public var level: Float = 0.0025
    /// The position of a view in its clip.
    public enum Placement: String, Codable, Sendable, CaseIterable {
        /// A random position. A clip that is shorter than a view is in the middle of the view.
        case random
        /// The beginning of the clip. If the clip is shorter than a view, zeros follow it.
        case start
    }
    /// The position of a view in its clip.
    public var placement: Placement = .random
    /// The clips that training must not use.
    public enum HoldOut: String, Codable, Sendable, CaseIterable {
        /// Training uses all clips.
        case none
        /// The published test part, and the validation part if one is published.
        case test
    }
    /// The clips that training must not use.
    public var holdOut: HoldOut = .none
    /// The fraction of each class's clips whose labels are used. The seed determines which clips they are.
    public var labelShare = 1.0
    /// The memory for decoded audio in MiB. A clip in this memory is decoded once and not in every epoch.
    public var cacheMemoryMiB = 2048
    /// The number of loader threads. 0: a number that depends on the machine.
    public var workers = 0
    /// The number of batches that are prepared in advance.
    public var prefetch = 3

    public init() {}

    public static let section = "data"
    public static let keys: [OptionKey<DataSection>] = [
        .integer("view_frames", \.viewFrames, 1...1 << 24),
        .choice("placement", \.placement),
        .choice("hold_out", \.holdOut),
        .number("label_share", \.labelShare, "a fraction above 0, at most 1") { $0 > 0 && $0 <= 1 },
        .number("level", \.level, "a level from 0 to 1; 0 keeps the original level") { (0...1).contains($0) },
        .integer("cache_memory_mib", \.cacheMemoryMiB, .counted),
        .integer("workers", \.workers, 0...256),
        .integer("prefetch", \.prefetch, 1...1024),
    ]
}
