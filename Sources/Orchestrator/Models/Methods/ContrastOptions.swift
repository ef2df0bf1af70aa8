import OssicleGraph
import OssicleKernels

/// Options of contrastive methods: the way in which two projections are compared.
public struct ContrastOptions: RecipeOptions {
    /// The similarity of two projections.
    public enum Similarity: String, Codable, Sendable, CaseIterable {
        /// The bilinear similarity xᵀ·W·y, with a trained matrix W.
        case bilinear
        /// The cosine similarity, divided by the temperature.
        case cosine
    }
    /// The similarity of two projections.
    public var similarity: Similarity = .bilinear
    /// The divisor of the cosine similarity. The bilinear similarity has no temperature.
    public var temperature: Float = 0.2

    public init() {}

    public static let section = "objective"
    public static let keys: [OptionKey<ContrastOptions>] = [
        .choice("similarity", \.similarity),
        .number("temperature", \.temperature, "a number above 0") { $0 > 0 },
    ]
}

extension Recipe {
    /// The options of contrastive methods.
    public var contrast: ContrastOptions {
        get { self[ContrastOptions.self] }
        set { self[ContrastOptions.self] = newValue }
    }
}

extension ContrastOptions {
    /// Records the contrastive loss of COLA. The task of each anchor is to find its positive among the positives of the
    /// batch.
    /// - Parameters:
    ///   - graph: the graph that records the loss.
    ///   - projection: (views, width): the anchors of all clips, then their positives.
    ///   - batch: the number of clips.
    ///   - weight: the factor of the loss in the sum of the losses.
    public func clipContrast(_ graph: Graph, _ projection: Value, batch: Int, weight: Float = 1) -> any Objective {
        switch similarity {
        case .bilinear:
            graph.recorded(BilinearContrast(graph, projection, batch: batch, weight: weight))
        case .cosine:
            graph.recorded(
                CosineContrast(
                    graph, graph.unit("projection.unit", projection), batch: batch, temperature: temperature,
                    weight: weight))
        }
    }
}
