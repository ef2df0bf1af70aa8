import OssicleGraph
import OssicleKernels

/// A way to train an encoder: which views a clip gives, what labels are needed, and which heads and losses are recorded.
///
/// A method is one type in one file, and a line in ``Registry``. It owns the options that only it reads
/// (``options``); their recipe keys come with them.
package protocol TrainingMethod: Sendable {
    /// In recipes.
    static var name: MethodName { get }
    /// Groups of options that the method reads besides a recipe's own sections.
    static var options: [any RecipeOptions.Type] { get }

    init(recipe: Recipe)

    /// The views of one clip in one step, in the order of a batch: view v of all clips, then view v + 1.
    var views: [ViewRole] { get }
    var labels: LabelUse { get }
    /// Whether clips of a batch are told from each other: the method then needs two clips in a batch, and its embeddings
    /// are watched for collapse.
    var isContrastive: Bool { get }

    /// - Throws: ``RecipeError/invalidValue(key:value:expected:)`` where options do not go together.
    func check(_ recipe: Recipe) throws(RecipeError)

    /// Records heads and losses on the encoded views.
    func record(_ model: ModelRecorder) -> RecordedLosses
}

extension TrainingMethod {
    package static var options: [any RecipeOptions.Type] { [] }
    package var labels: LabelUse { .none }
    package var isContrastive: Bool { true }
    package func check(_ recipe: Recipe) throws(RecipeError) {}
}

/// The labels that a method learns from.
package enum LabelUse: Sendable {
    case none
    /// Clips with a label and clips without one.
    case some
    /// Clips with a label only.
    case every
}

/// What a method records: the loss on clips or labels comes first, since its accuracy is the pretext's.
package struct RecordedLosses {
    /// The vectors of whole views, (views, …): embeddings in training, kept to the end of the step.
    let embedding: Value
    let objectives: [any Objective]
}

/// What a method sees of the model that is being recorded. Each function records operations when it is called.
package struct ModelRecorder {
    let graph: Graph
    let builder: ModelBuilder
    /// The views of all clips, as ``ModelBuilder/input(_:views:)`` has them.
    let input: Value
    /// Clips.
    let batch: Int
    /// Number of labels; 0 where none are used.
    let classes: Int

    var recipe: Recipe { builder.recipe }

    /// One vector per view, (views, dimension): the encoder's last map, pooled.
    func vectors() -> Value { builder.embedding(graph, builder.encoding(graph, .views(input))) }

    /// One vector per view of what an embedding reads, (views, embedding.size).
    func vectors(_ embedding: Embedding) -> Value { builder.embedding(graph, .views(input), embedding) }

    /// One vector per frame, (views, frames, 1, dimension).
    func frames() -> Feature { builder.frames(graph, .views(input)) }
}

extension Graph {
    /// Records an objective, and returns it.
    func recorded<O: Objective>(_ objective: O) -> O {
        record(objective)
        return objective
    }

    /// Rows of length 1.
    func unit(_ name: String, _ input: Value) -> Value {
        let unit = L2Normalization(self, name, input)
        record(unit)
        return unit.output
    }

    /// Pools a map over its rows.
    func pooled(_ name: String, _ input: Feature, _ kind: PoolingKind, isDifferentiable: Bool = true) -> Value {
        let pooling = Pooling(self, name, input, kind, isDifferentiable: isDifferentiable)
        record(pooling)
        return pooling.output
    }
}

extension Recipe {
    /// The method that this recipe names.
    package var trainingMethod: any TrainingMethod {
        guard let type = Registry.method(method) else { preconditionFailure("there is no method “\(method)”") }
        return type.init(recipe: self)
    }

    /// Views of a clip in one step.
    public var viewsPerClip: Int { trainingMethod.views.count }

    /// Whether labels take part in the training.
    public var usesLabels: Bool { trainingMethod.labels != .none }
}
