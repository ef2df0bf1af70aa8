import OssicleGraph
import OssicleKernels

/// A way to train an encoder: which views a clip gives, which labels are needed, and which heads and losses are recorded.
///
/// A method is one type in one file. ``Registry/register(_:)-(TrainingMethod.Type)`` makes it known to recipes; the library's own
/// methods are listed in ``Registry``. A method owns the options that only it reads (``options``); their recipe keys come with
/// them.
public protocol TrainingMethod: Sendable {
    /// The value of the recipe key `method`.
    static var name: MethodName { get }
    /// Groups of options that the method reads besides a recipe's own sections.
    static var options: [any RecipeOptions.Type] { get }

    /// - Parameter recipe: of the run; it has passed ``check(_:)`` of the method made from it.
    init(recipe: Recipe)

    /// The views of one clip in one step, in the order of a batch: view v of all clips, then view v + 1.
    var views: [ViewRole] { get }
    /// The labels that the method learns from; without a definition of its own, none.
    var labels: LabelUse { get }
    /// Whether the loss compares the clips of a batch. The method then needs two clips in a batch, and its embeddings are watched
    /// for collapse. Without a definition of its own, true.
    var isContrastive: Bool { get }

    /// Checks options that depend on each other; ``Recipe/require(_:_:_:)`` helps.
    /// - Throws: ``RecipeError/invalidValue(key:value:expected:)`` if a combination of options is impossible.
    func check(_ recipe: Recipe) throws(RecipeError)

    /// Records the encoder, heads and losses.
    func record(_ model: ModelRecorder) -> RecordedLosses
}

extension TrainingMethod {
    public static var options: [any RecipeOptions.Type] { [] }
    public var labels: LabelUse { .none }
    public var isContrastive: Bool { true }
    public func check(_ recipe: Recipe) throws(RecipeError) {}
}

/// The labels that a method learns from.
public enum LabelUse: Sendable {
    /// No labels.
    case none
    /// Clips with a label and clips without one.
    case some
    /// Clips with a label only.
    case every
}

/// What a method has recorded.
public struct RecordedLosses {
    let embedding: Value
    let objectives: [any Objective]

    /// - Parameters:
    ///   - embedding: the vectors of whole views, (views, …), whose collapse is watched. They are kept to the end of the step.
    ///   - objectives: recorded losses, whose weighted sum is minimised. The first one's accuracy is reported as the pretext accuracy.
    public init(embedding: Value, objectives: [any Objective]) {
        precondition(!objectives.isEmpty, "a method records at least one loss")
        self.embedding = embedding
        self.objectives = objectives
    }
}

/// What a method sees of the model that is being recorded. Each function records operations when it is called, so call it once.
public struct ModelRecorder {
    /// The graph of a training step.
    public let graph: Graph
    let builder: ModelBuilder
    /// The views of all clips, as ``ModelBuilder/input(_:views:)`` has them.
    let input: Value
    /// Number of clips in a step.
    public let batch: Int
    /// Number of labels; 0 if the run uses none.
    public let classes: Int

    /// The run's recipe.
    public var recipe: Recipe { builder.recipe }

    /// One vector per view, (views, dimension): the encoder's last map, pooled. The rows are in the order of the batch: view v of all
    /// clips, then view v + 1.
    public func vectors() -> Value { builder.embedding(graph, builder.encoding(graph, .views(input))) }

    /// One vector per view of what an embedding reads, (views, embedding.size).
    public func vectors(_ embedding: Embedding) -> Value { builder.embedding(graph, .views(input), embedding) }

    /// One vector per frame, (views, frames, 1, dimension).
    public func frames() -> Feature { builder.frames(graph, .views(input)) }
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
