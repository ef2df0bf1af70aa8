import OssicleGraph
import OssicleKernels

/// Supervised training: cross-entropy with the labels of the data set, starting from random weights or those of a run.
public struct Supervised: TrainingMethod {
    /// Options of supervised training.
    public struct Options: RecipeOptions {
        /// Whether two hidden layers with batch norm and ReLU precede the classifier, as in the comparison in the CLAR
        /// paper.
        public var trunk = false

        public init() {}

        public static let section = "head"
        public static let keys: [OptionKey<Options>] = [.flag("trunk", \.trunk)]
    }

    public static let name: MethodName = .supervised
    public static let options: [any RecipeOptions.Type] = [Options.self]

    private let hidden: Int
    private let hasTrunk: Bool

    public init(recipe: Recipe) {
        hidden = recipe.head.hidden
        hasTrunk = recipe[Options.self].trunk
    }

    public let views: [ViewRole] = [.anchor]
    public let labels = LabelUse.every
    public let isContrastive = false

    public func record(_ model: ModelRecorder) -> RecordedLosses {
        let h = model.builder.classified.map(model.vectors) ?? model.vectors()
        let logits = classifier(model.graph, h, classes: model.classes)
        return RecordedLosses(embedding: h, objectives: [model.graph.crossEntropy(logits)])
    }

    /// Records the classifier.
    /// - Parameter h: (views, …).
    /// - Returns: the logits, (views, classes).
    func classifier(_ graph: Graph, _ h: Value, classes: Int) -> Value {
        let last = hasTrunk ? CLARHead.trunk(graph, h, hidden: hidden) : h
        return Dense(name: "classifier", outputs: classes)(graph, last)
    }
}

extension MethodName {
    public static let supervised: MethodName = "supervised"
}
