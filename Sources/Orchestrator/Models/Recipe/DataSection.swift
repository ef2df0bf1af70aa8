/// Which audio is read, and how views are cut from it.
public struct DataSection: RecipeOptions {
    /// Frames of one view; with a hop of 10 ms, 96 frames are 960 ms. Of waveforms, samples.
    public var viewFrames = 96
    /// Root-mean-square level that every clip is scaled to before cropping; 0 leaves levels as they are.
    public var level: Float = 0.0025
    /// Where a view is cut from its clip.
    public enum Placement: String, Codable, Sendable, CaseIterable {
        /// Anywhere; a shorter clip stands in the middle.
        case random
        /// At the clip's beginning; a shorter clip is padded behind.
        case start
    }
    public var placement: Placement = .random
    /// What training must not see.
    public enum HoldOut: String, Codable, Sendable, CaseIterable {
        case none
        /// The published test part, and what a published list keeps for validation.
        case test
    }
    public var holdOut: HoldOut = .none
    /// Part of each class's clips whose labels are used, drawn by the seed.
    public var labelShare = 1.0
    /// Decoded audio kept in memory, in MiB, so that a clip is decoded once and not every epoch.
    public var cacheMemoryMiB = 2048
    /// Loader threads; 0 chooses.
    public var workers = 0
    /// Batches prepared ahead of the trainer.
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
