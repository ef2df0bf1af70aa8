public struct ScheduleSection: RecipeOptions {
    public enum Name: String, Codable, Sendable, CaseIterable {
        case constant
        /// Half a cosine from the learning rate to 0 over the run, without restarts.
        case cosine
    }
    public var name: Name = .constant
    /// Steps over which the rate rises linearly from 0; or epochs, which add to them.
    public var warmupSteps = 0
    public var warmupEpochs = 0

    public init() {}

    public static let section = "schedule"
    public static let keys: [OptionKey<ScheduleSection>] = [
        .choice("name", \.name),
        .integer("warmup_steps", \.warmupSteps, .counted),
        .integer("warmup_epochs", \.warmupEpochs, .counted),
    ]
}
