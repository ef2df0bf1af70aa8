/// The length of a run, its batches and its resources.
public struct TrainingSection: RecipeOptions {
    /// The number of epochs of the run, if `steps` is 0.
    public var epochs = 500
    /// The number of steps of the run. 0: the run ends after `epochs`.
    public var steps = 0
    /// The number of clips in a batch. For each clip, a batch of a contrastive method has two views, or three with
    /// `multi-strategy`.
    public var batchSize = 1024
    /// The seed of all random numbers.
    public var seed: UInt64 = 0
    /// The number of compute threads. 0: one per core. Results do not depend on it.
    public var threads = 0
    /// The time between two checkpoints in minutes. A further checkpoint is written at the end of the run.
    public var checkpointMinutes = 5.0
    /// The number of epochs between two probes of the encoder, if the run has labeled clips for its evaluation.
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
