import OssicleGraph
import OssicleKernels

/// CLAR: a contrast of the two augmented views of a clip with all other views of the batch, and a classification of the
/// clips that have a label.
///
/// *Reference:* Al-Tahan, Mohsenzadeh, "CLAR: Contrastive learning of auditory representations", AISTATS 2021.
public struct CLAR: TrainingMethod {
    /// Options of CLAR.
    public struct Options: RecipeOptions {
        /// The weight of the cross-entropy over labeled clips. 0: labels are not used.
        public var labelWeight: Float = 1

        public init() {}

        public static let section = "objective"
        public static let keys: [OptionKey<Options>] = [
            .number("label_weight", \.labelWeight, "a number, 0 or more") { $0 >= 0 }
        ]
    }

    public static let name: MethodName = .clar
    public static let options: [any RecipeOptions.Type] = [ContrastOptions.self, Options.self]

    private let head: CLARHead
    private let temperature: Float
    private let labelWeight: Float

    public init(recipe: Recipe) {
        head = CLARHead(hidden: recipe.head.hidden, width: recipe.head.projection)
        temperature = recipe.contrast.temperature
        labelWeight = recipe[Options.self].labelWeight
    }

    public let views: [ViewRole] = [.anchor, .positive]
    public var labels: LabelUse { labelWeight > 0 ? .some : .none }

    public func record(_ model: ModelRecorder) -> RecordedLosses {
        record(model.graph, model.vectors(), classes: model.classes)
    }

    /// Records the heads and losses.
    /// - Parameter h: the vectors of all views, (2·B, dimension).
    func record(_ graph: Graph, _ h: Value, classes: Int) -> RecordedLosses {
        var objectives: [any Objective] = []
        let z: Value
        if labels == .none {
            z = head.selfSupervised(graph, h)
        } else {
            let (projection, logits) = head.labelled(graph, h, classes: classes)
            objectives.append(graph.crossEntropy(logits, weight: labelWeight))
            z = projection
        }
        let contrast = graph.ntXent(graph.unit("projection.unit", z), temperature: temperature)
        return RecordedLosses(embedding: h, objectives: [contrast] + objectives)
    }
}

extension MethodName {
    public static let clar: MethodName = "clar"
}
