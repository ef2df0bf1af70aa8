/// Supervised training: cross-entropy over the data set's labels, from random weights or from another run's.
struct Supervised: TrainingMethod {
    struct Options: RecipeOptions {
        /// Two hidden layers with batch norm and ReLU before the classifier, as in CLAR's comparison.
        var trunk = false

        static let section = "head"
        static let keys: [OptionKey<Options>] = [.flag("trunk", \.trunk)]
    }

    static let name: MethodName = .supervised
    static let options: [any RecipeOptions.Type] = [Options.self]

    private let hidden: Int
    private let hasTrunk: Bool

    init(recipe: Recipe) {
        hidden = recipe.head.hidden
        hasTrunk = recipe[Options.self].trunk
    }

    let views: [ViewRole] = [.anchor]
    let labels = LabelUse.every
    let isContrastive = false

    func record(_ model: ModelRecorder) -> RecordedLosses {
        let h = model.builder.classified.map(model.vectors) ?? model.vectors()
        let logits = classifier(model.graph, h, classes: model.classes)
        return RecordedLosses(
            embedding: h, objectives: [model.graph.recorded(LabelCrossEntropy(model.graph, logits))])
    }

    /// - Parameter h: (views, …). Returns logits, (views, classes).
    func classifier(_ graph: Graph, _ h: Value, classes: Int) -> Value {
        let last = hasTrunk ? CLARHead.trunk(graph, h, hidden: hidden) : h
        return Dense(name: "classifier", outputs: classes, initializer: .glorotUniform)(graph, last)
    }
}

extension MethodName {
    public static let supervised: MethodName = "supervised"
}
