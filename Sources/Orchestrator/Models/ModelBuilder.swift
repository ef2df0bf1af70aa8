/// Records what a recipe describes. Parameter names and their order do not depend on the batch size or on the mode, so a
/// training and an inference graph share one ``ParameterStore``.
struct ModelBuilder {
    let recipe: Recipe
    /// Width of the classifier (recipe `supervised`).
    var classes = 0

    /// What an inference program returns.
    enum Output: Sendable {
        case embedding
        case logits
    }

    /// - Parameter input: (views, frames, mels, 1). Returns h.
    func encoder(_ graph: Graph, _ input: Value) -> Value {
        switch recipe.encoder.name {
        case .efficientNetB0: EfficientNetB0(dropConnect: recipe.encoder.dropConnect)(graph, input)
        }
    }

    var dimension: Int {
        switch recipe.encoder.name {
        case .efficientNetB0: EfficientNetB0.dimension
        }
    }

    func input(_ graph: Graph, views: Int) -> Value {
        graph.pinnedValue([views, recipe.data.viewFrames, recipe.frontend.melBands, 1])
    }

    func classifier(_ graph: Graph, _ h: Value) -> Value {
        Dense(name: "classifier", outputs: classes, initializer: .glorotUniform)(graph, h)
    }

    /// Head and loss on h, as the method has them.
    func objective(_ graph: Graph, _ h: Value) -> any Objective {
        switch recipe.method {
        case .supervised:
            return LabelCrossEntropy(graph, classifier(graph, h))
        case .cola:
            let head = ProjectionHead(width: recipe.head.projection, normalizes: recipe.head.normalize)
            let projection = head(graph, h)
            switch recipe.objective.similarity {
            case .bilinear:
                return BilinearContrast(graph, projection)
            case .cosine:
                let unit = L2Normalization(graph, "projection.unit", projection)
                graph.record(unit)
                return CosineContrast(graph, unit.output, temperature: recipe.objective.temperature)
            }
        }
    }
}
