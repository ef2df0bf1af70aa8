import OssicleGraph
import OssicleKernels

/// A method of training an encoder. It defines the views of a clip, the labels that it uses, and its heads and losses.
///
/// A method is one type in one file. ``Registry/register(_:)-(TrainingMethod.Type)`` makes it available to recipes. The
/// methods of the library are listed in ``Registry``. Options that only one method reads belong to that method
/// (``options``), together with their recipe keys.
public protocol TrainingMethod: Sendable {
    /// The value of the recipe key `method`.
    static var name: MethodName { get }
    /// The option types that the method reads, in addition to the sections of every recipe.
    static var options: [any RecipeOptions.Type] { get }

    /// Creates the method of a recipe. It must not fail for options that contradict each other: ``check(_:)`` of the
    /// new method finds these.
    /// - Parameter recipe: the recipe of the run.
    init(recipe: Recipe)

    /// The views of one clip in one step. A batch has view 0 of all clips, then view 1 of all clips, and so on. The
    /// placement of the first view must be ``ViewRole/Placement/anywhere``, because the placements of other views refer
    /// to the first one.
    var views: [ViewRole] { get }
    /// The labels that the method uses. The default is ``LabelUse/none``.
    var labels: LabelUse { get }
    /// Whether the loss compares the clips of a batch. If so, a batch needs at least two clips, and the embeddings are
    /// monitored for collapse. The default is true.
    var isContrastive: Bool { get }

    /// Checks options that depend on each other. ``Recipe/require(_:_:_:)`` throws the error.
    /// - Throws: ``RecipeError/invalidValue(key:value:expected:)`` if a combination of options is impossible.
    func check(_ recipe: Recipe) throws(RecipeError)

    /// Records the encoder, the heads and the losses.
    func record(_ model: ModelRecorder) -> RecordedLosses
}

extension TrainingMethod {
    public static var options: [any RecipeOptions.Type] { [] }
    public var labels: LabelUse { .none }
    public var isContrastive: Bool { true }
    public func check(_ recipe: Recipe) throws(RecipeError) {}
}

/// The labels that a method uses.
public enum LabelUse: Sendable {
    /// No labels.
    case none
    /// Clips with a label and clips without one.
    case some
    /// Clips with a label only.
    case every
}

/// The vectors and losses that a method has recorded.
public struct RecordedLosses {
    let embedding: Value
    let objectives: [any Objective]

    /// - Parameters:
    ///   - embedding: the vectors of whole views, (views, …), which are monitored for collapse. They are kept until the
    ///     end of the step.
    ///   - objectives: the recorded losses. Training minimizes their weighted sum. The accuracy of the first one is
    ///     reported as the pretext accuracy.
    public init(embedding: Value, objectives: [any Objective]) {
        precondition(!objectives.isEmpty, "a method records at least one loss")
        self.embedding = embedding
        self.objectives = objectives
    }
}

/// The access of a method to the model that is being recorded. Each function records operations, so call it only once.
public struct ModelRecorder {
    /// The graph of a training step.
    public let graph: Graph
    let builder: ModelBuilder
    /// The views of all clips, as `ModelBuilder.input(_:views:)` declares them.
    let input: Value
    /// The number of clips in a step.
    public let batch: Int
    /// The number of classes; 0 if the run uses no labels.
    public let classes: Int

    /// The recipe of the run.
    public var recipe: Recipe { builder.recipe }

    /// One vector per view, (views, dimension): the last feature map of the encoder, pooled. The rows are in the order
    /// of the batch: view 0 of all clips, then view 1 of all clips, and so on.
    public func vectors() -> Value { builder.embedding(graph, builder.encoding(graph, .views(input))) }

    /// One vector per view, (views, embedding.size), as `embedding` defines it.
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

    /// The number of views of a clip in one step.
    public var viewsPerClip: Int { trainingMethod.views.count }

    /// Whether training uses labels.
    public var usesLabels: Bool { trainingMethod.labels != .none }
}
