import OssicleGraph
import OssicleKernels

/// COLA: a contrast of two crops of a clip with the other clips of the batch.
///
/// *Reference:* Saeed, Grangier, Zeghidour, "Contrastive learning of general-purpose audio representations",
/// ICASSP 2021.
public struct COLA: TrainingMethod {
    /// Options of COLA.
    public struct Options: RecipeOptions {
        /// Whether LayerNorm and tanh follow the dense layer of the projection. The authors omit both with cosine
        /// similarity.
        public var normalize = true

        public init() {}

        public static let section = "head"
        public static let keys: [OptionKey<Options>] = [.flag("normalize", \.normalize)]
    }

    public static let name: MethodName = .cola
    public static let options: [any RecipeOptions.Type] = [ContrastOptions.self, Options.self]

    private let head: ProjectionHead
    private let contrast: ContrastOptions

    public init(recipe: Recipe) {
        head = ProjectionHead(width: recipe.head.projection, normalizes: recipe[Options.self].normalize)
        contrast = recipe.contrast
    }

    public let views: [ViewRole] = [.anchor, .positive]

    public func record(_ model: ModelRecorder) -> RecordedLosses {
        let h = model.vectors()
        let objective = contrast.clipContrast(model.graph, head(model.graph, h), batch: model.batch)
        return RecordedLosses(embedding: h, objectives: [objective])
    }
}

extension MethodName {
    public static let cola: MethodName = "cola"
}
