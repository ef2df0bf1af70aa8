import Orchestrator

/// Barlow Twins: two views of a clip are to give the same values, and different values are not to tell the same.
///
/// *Reference:* Zbontar et al., "Barlow Twins: self-supervised learning via redundancy reduction", ICML 2021.
public struct BarlowTwins: TrainingMethod {
    /// The options that only this method reads. Their keys can be used in recipes and checkpoints as soon as the method is registered.
    public struct Options: RecipeOptions {
        /// Weight λ of the correlations between different values.
        public var redundancyWeight: Float = 0.005

        public init() {}

        public static let section = "objective"
        public static let keys: [OptionKey<Options>] = [
            .number("redundancy_weight", \.redundancyWeight, "a number, 0 or more") { $0 >= 0 }
        ]
    }

    public static let name: MethodName = "barlow-twins"
    public static let options: [any RecipeOptions.Type] = [Options.self]

    private let hidden: Int
    private let width: Int
    private let redundancyWeight: Float

    public init(recipe: Recipe) {
        hidden = recipe.head.hidden
        width = recipe.head.projection
        redundancyWeight = recipe[Options.self].redundancyWeight
    }

    public let views: [ViewRole] = [.anchor, .positive]

    public func record(_ model: ModelRecorder) -> RecordedLosses {
        let graph = model.graph
        let h = model.vectors()
        // The batch norm has a shift, so the layer before it needs no bias.
        var z = Dense(name: "projection.0", outputs: hidden, hasBias: false)(graph, h)
        z = graph.batchNormalized("projection.0.norm", z)
        z = Dense(name: "projection.1", outputs: width, hasBias: false)(graph, z)
        let objective = CrossCorrelation(graph, z, redundancyWeight: redundancyWeight)
        graph.record(objective)
        return RecordedLosses(embedding: h, objectives: [objective])
    }
}
