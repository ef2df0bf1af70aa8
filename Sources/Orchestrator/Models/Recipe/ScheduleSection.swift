/// The learning rate over the steps of a run.
public struct ScheduleSection: RecipeOptions {
    /// The name of a schedule.
    public enum Name: String, Codable, Sendable, CaseIterable {
        /// The learning rate is constant after the warm-up.
        case constant
        /// The learning rate falls from its full value to 0 along half a period of a cosine, without restarts.
        case cosine
    }
    /// The name of the schedule.
    public var name: Name = .constant
    /// The number of warm-up steps, over which the learning rate rises linearly from 0.
    public var warmupSteps = 0
    /// The number of warm-up epochs, which are added to the warm-up steps.
    public var warmupEpochs = 0

    public init() {}

    public static let section = "schedule"
    public static let keys: [OptionKey<ScheduleSection>] = [
        .choice("name", \.name),
        .integer("warmup_steps", \.warmupSteps, .counted),
        .integer("warmup_epochs", \.warmupEpochs, .counted),
    ]
}
