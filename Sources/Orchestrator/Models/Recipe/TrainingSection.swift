public struct TrainingSection: RecipeOptions {
    public var epochs = 500
    /// Ends the run after this many steps; 0: after `epochs`.
    public var steps = 0
    /// Clips in a batch; a contrastive batch has twice as many views.
    public var batchSize = 1024
    public var seed: UInt64 = 0
    /// Compute threads; 0: one a core. Results do not depend on it.
    public var threads = 0
    /// Minutes between checkpoints besides the one at the end.
    public var checkpointMinutes = 5.0
    /// Epochs between probes of the encoder, where a run is given labelled clips to evaluate it on.
    public var evaluationEpochs = 10

    public init() {}

    public static let section = "training"
    public static let keys: [OptionKey<TrainingSection>] = [
        .integer("epochs", \.epochs, .positive),
        .integer("steps", \.steps, .counted),
        .integer("batch_size", \.batchSize, .size),
        .seed("seed", \.seed),
        .integer("threads", \.threads, 0...1024),
        .number("checkpoint_minutes", \.checkpointMinutes, "a time above 0 minutes") { $0 > 0 },
        .integer("evaluation_epochs", \.evaluationEpochs, .positive),
    ]
}
